"""Pages of the firm, from the call to the receipt: what they show to whom, and what they refuse."""

import hashlib
import re
import uuid
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from applications.calls.models import Call
from applications.firms.actions import owners
from applications.intake import actions
from applications.intake.models import Application, Attempt, Submission
from applications.intake.rules import missing
from applications.intake.writing import RELATED, steps
from applications.kernel import clock
from applications.kernel.files import StoredFile
from applications.kernel.taxonomy import IndustryField
from applications.notifications.models import Letter
from tests.intake.test_actions import everything, objects
from tests.world import AFTER, CLOSES, DURING, PDF, at, browser, confirm, costs, pdf


def text(response):
    """What a reader sees of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def url(name, application, *more):
    return reverse(f"intake:{name}", args=[application.key, *more])


@pytest.fixture
def draft(world):
    return world.draft(world.r1, world.a)


@pytest.fixture
def owner(world, draft):
    return confirmed(draft.created_by)


def confirmed(user, *, at=DURING):
    """Somebody who has given their password again just before this instant."""
    client = browser(user)
    confirm(client.session, user, at=at)
    return client


# Begin


def begin(world):
    return reverse("intake:begin", args=[world.r1.key])


def test_a_person_of_one_firm_begins_at_once_and_finds_the_draft_again(world):
    client = browser(world.owner_of(world.a))

    first = at(client, "post", DURING, begin(world))
    again = at(client, "post", DURING, begin(world))

    draft = Application.objects.get()
    assert (first.status_code, first.url, again.url) == (
        302,
        draft.get_absolute_url(),
        draft.get_absolute_url(),
    )


def test_a_person_of_two_firms_chooses_one(world):
    owner = world.owner_of(world.a)
    second = world.firm(owner=owner, name="Second firm")
    client = browser(owner)

    question = at(client, "post", DURING, begin(world))
    nothing = at(client, "post", DURING, begin(world), {"save": "1"})
    strange = at(client, "post", DURING, begin(world), {"firm": world.b.key})
    chosen = at(client, "post", DURING, begin(world), {"firm": second.key})

    assert re.findall(r'value="([-0-9a-f]{36})"', question.content.decode()) == [
        str(world.a.key),
        str(second.key),
    ]
    assert "This field is required." in text(nothing)
    assert "not one of the available choices" in text(strange)
    draft = Application.objects.get()
    assert (draft.firm, chosen.url) == (second, draft.get_absolute_url())


def test_a_viewer_beside_another_firm_begins_for_the_other(world):
    owner = world.owner_of(world.b)
    world.a.members.create(user=owner, right="viewer")

    at(browser(owner), "post", DURING, begin(world))

    assert Application.objects.get().firm == world.b


def test_a_viewer_and_a_person_without_firm_are_told_what_to_do(world):
    viewer, nobody = browser(world.member(world.a, "viewer")), browser(world.person())

    assert at(viewer, "post", DURING, begin(world)).url == world.a.get_absolute_url()
    assert at(nobody, "post", DURING, begin(world)).url == reverse("firms:register")
    assert Application.objects.count() == 0


def test_after_the_closing_nobody_begins(world):
    response = at(browser(world.owner_of(world.a)), "post", CLOSES, begin(world))

    assert response.status_code == 409
    assert "The call closed at 2026-12-15 18:00:00 KST" in text(response)
    assert Application.objects.count() == 0


# Sections


def test_g15_all_fields_empty_are_saved(world, draft, owner):
    response = at(owner, "post", DURING, url("section", draft, "project"), {"version": draft.version})

    saved = Application.objects.get()
    assert response.url == url("section", draft, "partners")
    assert (saved.title, saved.summary, saved.field, saved.technologies.count()) == ("", "", None, 0)


def test_g12_a_stale_save_shows_both_texts_and_the_next_one_is_made_in_full_sight(world, draft, owner):
    member, address = browser(world.member(world.a)), url("section", draft, "project")
    typed = {"title": "A plan", "field": draft.field_id, "technologies": ["1", "2"], "version": draft.version}
    at(member, "post", DURING, address, typed | {"summary": "둘"})

    refused = at(owner, "post", DURING, address, typed | {"summary": "하나", "technologies": ["2"]})

    stored = Application.objects.get()
    assert (refused.status_code, stored.summary, stored.version) == (409, "둘", draft.version + 1)
    names = {one.pk: str(one) for one in stored.technologies.all()}
    assert refused.context["differences"] == [
        ("root technologies", f"{names[1]}, {names[2]}", names[2]),
        ("summary", "둘", "하나"),
    ]
    page = refused.content.decode()
    assert page.count('<td class="quote">둘</td><td class="quote">하나</td>') == 1
    assert page.index("This section was saved elsewhere") < page.index('<td class="quote">둘')
    assert re.search(r"<textarea[^>]*>\s*하나</textarea>", page)

    form = refused.context["form"]
    at(owner, "post", DURING, address, typed | {"summary": "둘과 하나", "version": form["version"].value()})
    assert Application.objects.get().summary == "둘과 하나"


@pytest.mark.parametrize("name", ["money", "plan", "pledges"])
def test_g12_the_other_sections_compare_too(world, name):
    draft = world.draft(world.rnd, world.a)
    address, client = url("section", draft, name), browser(draft.created_by)
    mine, other = {
        "money": (
            {**costs(), "requested": "400000000"},
            {"budget": costs() | {"requested": 300_000_000}},
        ),
        "plan": (
            {**{f"answer_{code}": value for code, value in draft.answers.items()}, "answer_goal": "하나"},
            {"answers": {"goal": "둘"}},
        ),
        "pledges": ({}, {"consents": {"credit": False, "ethics": False, "provide": False}}),
    }[name]
    actions.edit(draft, by=draft.created_by, now=DURING, version=draft.version, **other)

    refused = at(client, "post", DURING, address, mine | {"version": draft.version})

    assert refused.status_code == 409
    assert [row[1:] for row in refused.context["differences"]] == {
        "money": [("300,000,000", "400,000,000")],
        "plan": [("둘", "하나")],
        "pledges": [("Yes", "No")],
    }[name]


def test_g12_a_section_saved_in_another_tab_does_not_stop_this_one(draft, owner):
    at(owner, "post", DURING, url("section", draft, "project"), {"version": draft.version, "summary": "둘"})

    response = at(
        owner, "post", DURING, url("section", draft, "pledges"), {"version": draft.version, "true": "on"}
    )

    assert response.status_code == 302
    assert (Application.objects.get().summary, Application.objects.get().consents) == ("둘", {"true": True})


def test_g14_one_wrong_field_is_kept_with_the_others_and_the_list_links_to_it(world):
    draft = world.draft(world.rnd, world.a)
    client, address = browser(draft.created_by), url("section", draft, "money")
    typed = {
        "personnel_cash": "540,000,000 원",
        "equipment_in_kind": "260,000,000",
        "requested": "six hundred",
    }

    saved = at(client, "post", DURING, address, typed | {"version": draft.version})
    page = at(client, "get", DURING, address).content.decode()

    stored = Application.objects.get()
    assert saved.status_code == 302
    assert stored.budget == {
        "personnel_cash": 540_000_000, "equipment_in_kind": 260_000_000, "requested": "six hundred",
    }  # fmt: skip
    assert (stored.total_krw, stored.requested_krw, stored.cash_krw) == (800_000_000, None, None)
    assert 'href="#id_requested"' in page
    assert [f'value="{value}"' in page for value in ("540,000,000", "260,000,000", "six hundred")] == [
        True
    ] * 3


def test_g16_the_page_counts_as_the_server_does_and_cuts_nothing(draft, owner):
    page = at(owner, "get", DURING, url("section", draft, "plan")).content.decode()
    summary = at(owner, "get", DURING, url("section", draft, "project")).content.decode()

    assert page.count('data-limit="2000"') == 4
    assert 'data-limit="500"' in summary
    assert "maxlength" not in page + summary


def test_g16_two_thousand_characters_with_line_ends_of_a_browser_are_saved(draft, owner):
    answer = "가" * 1998 + "\r\n가"
    form = {"version": draft.version, "answer_entry": answer}

    response = at(owner, "post", DURING, url("section", draft, "plan"), form)
    too_long = at(
        owner, "post", DURING, url("section", draft, "plan"), {"version": "3", "answer_entry": answer + "가"}
    )

    assert response.status_code == 302
    assert Application.objects.get().answers["entry"] == answer.replace("\r\n", "\n")
    assert "At most 2000 characters; these are 2001." in text(too_long)


@pytest.mark.parametrize("hidden", ["\n", "\x1b", "\u202e"])
def test_a_title_is_one_line_with_nothing_hidden_in_it(draft, owner, hidden):
    form = {"version": draft.version, "title": f"A{hidden}plan"}

    response = at(owner, "post", DURING, url("section", draft, "project"), form)

    assert "There is a character in it that cannot be seen." in text(response)
    assert Application.objects.get().title == "A plan"


@pytest.mark.parametrize("version", ["", "x", "0", "99999999999999999999", "1.5"])
def test_a_malformed_version_changes_nothing(draft, owner, version):
    before = everything()["applications_application"]

    response = at(owner, "post", DURING, url("section", draft, "project"), {"version": version, "title": "T"})

    assert response.status_code == 200
    assert everything()["applications_application"] == before


def test_g13_the_session_that_ended_asks_for_the_login_and_comes_back_to_the_form(draft, owner):
    owner.session.flush()
    address = url("section", draft, "project")

    response = at(owner, "post", DURING, address, {"version": draft.version, "title": "T"})

    assert response.url == f"{reverse('account_login')}?next={address}"
    assert Application.objects.get().title == "A plan"


# Papers


def paper(draft, code="D04"):
    return url("paper", draft, code)


def test_g18_a_wrong_type_is_refused_in_plain_words_and_nothing_else_changes(draft, owner):
    before, files = everything()["applications_document"], objects()

    response = at(owner, "post", DURING, paper(draft), {"file": pdf("a.pdf", b"MZ\x90\x00"), "upload": "1"})

    assert response.status_code == 409
    assert "File: By its content this file is a programme" in text(response)
    assert (everything()["applications_document"], objects()) == (before, files)


def test_g22_a_paper_leaves_as_an_attachment_of_the_type_that_was_found(draft, owner):
    with clock.at(DURING):
        owner.post(paper(draft), {"file": pdf("사업계획서 (최종).pdf"), "upload": "1"})
    stored = StoredFile.objects.latest("pk")

    response = at(owner, "get", DURING, url("download", draft, stored.key))

    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%EC%82%AC%EC%97%85%EA%B3%84%ED%9A%8D%EC%84%9C%20%28%EC%B5%9C%EC%A2%85%29.pdf"
    )


def test_the_papers_page_says_what_is_there_and_a_paper_is_taken_out_again(draft, owner):
    page = text(at(owner, "get", DURING, url("section", draft, "papers")))
    removed = at(owner, "post", DURING, paper(draft, "D01"), {"remove": "1"})

    assert "D01.pdf" in page
    assert removed.url == url("section", draft, "papers") + "#paper_D01"
    assert list(draft.documents.values_list("paper__code", flat=True)) == ["D02"]


def test_an_unknown_paper_and_an_unknown_section_are_not_found(draft, owner):
    assert owner.get(paper(draft, "D99")).status_code == 404
    assert owner.get(url("section", draft, "money")).status_code == 404
    assert owner.get(url("download", draft, uuid.uuid4())).status_code == 404


# Check and submit


def test_the_check_page_shows_everything_and_the_button_only_when_nothing_is_missing(draft, owner):
    complete = at(owner, "get", DURING, url("check", draft))
    Application.objects.update(title="")
    incomplete = at(owner, "get", DURING, url("check", draft))

    assert url("submit", draft) in complete.content.decode()
    assert "A summary" in text(complete)
    assert url("submit", draft) not in incomplete.content.decode()
    assert f'href="{url("section", draft, "project")}#id_title"' in incomplete.content.decode()


def test_g15_submitting_an_incomplete_draft_lists_exactly_the_gaps_with_links(draft, owner):
    actions.edit(
        draft, by=draft.created_by, now=DURING, version=draft.version, title="", consents={"ethics": False}
    )

    response = at(owner, "post", DURING, url("submit", draft))

    links = re.findall(r'<li><a href="(/applications/[^"]+#[^"]+)"', response.content.decode())
    assert response.status_code == 422
    assert links == [
        f"{url('section', draft, 'project')}#id_title",
        f"{url('section', draft, 'pledges')}#id_true",
    ]
    assert Application.objects.get().status == "draft"


def test_g23_g24_g25_submit_shows_the_receipt_and_whatever_is_pressed_again_ends_there(world, draft, owner):
    seventeen = clock.kst(2026, 12, 15, 17)
    confirm(owner.session, draft.created_by, at=seventeen)

    first = at(owner, "post", seventeen, url("submit", draft))
    again = at(owner, "post", seventeen + timedelta(seconds=1), url("submit", draft))
    late = at(owner, "post", CLOSES, url("submit", draft))
    other = browser(world.member(world.a))
    told = at(other, "post", seventeen + timedelta(seconds=2), url("submit", draft))
    page = text(at(other, "get", seventeen, told.url))

    receipt = Submission.objects.get()
    assert {first.url, again.url, late.url, told.url} == {receipt.get_absolute_url()}
    assert f"Already submitted by {draft.created_by.name} at 2026-12-15 17:00:00 KST." in page
    assert Letter.objects.filter(kind="application_received").count() == 1
    assert Attempt.objects.count() == 4


def test_the_receipt_shows_number_instant_hash_files_and_what_comes_next(world, draft, owner):
    seventeen = clock.kst(2026, 12, 15, 17)
    confirm(owner.session, draft.created_by, at=seventeen)
    receipt = at(owner, "get", seventeen, at(owner, "post", seventeen, url("submit", draft)).url)

    page, submission = text(receipt), Submission.objects.get()
    digest = hashlib.sha256(PDF).hexdigest()
    for part in (
        "Receipt number SP-2027-0001-1 2026-12-15 17:00:00 KST",
        "Application number SP-2027-0001",
        "What was handed in 사업계획서 D01.pdf 1 KB 사업자등록증명 D02.pdf 1 KB",
        f"Fingerprint of the whole application {submission.sha256} 사업계획서 {digest} 사업자등록증명 {digest}",
        "What comes next You may still recall and change it. until 15 Dec 2026, 18:00 Staff check the papers.",
    ):
        assert part in page


def test_g27_g28_a_late_submit_says_deadline_arrival_and_that_the_draft_is_kept(draft, owner):
    late = CLOSES + timedelta(seconds=1)
    confirm(owner.session, draft.created_by, at=CLOSES)
    before, files = everything()["applications_application"], objects()
    said = "The call closed at 2026-12-15 18:00:00 KST; this arrived at 2026-12-15 18:00:01 KST. Your draft is kept."

    submitted = at(owner, "post", late, url("submit", draft))
    saved = at(
        owner, "post", late, url("section", draft, "project"), {"version": draft.version, "title": "Late"}
    )
    uploaded = at(owner, "post", late, paper(draft), {"file": pdf(), "upload": "1"})
    removed = at(owner, "post", late, paper(draft, "D01"), {"remove": "1"})

    for response in (submitted, saved, uploaded, removed):
        assert (response.status_code, said in text(response)) == (409, True)
    assert 'value="Late"' in saved.content.decode()
    assert "still missing" not in text(submitted)
    assert (everything()["applications_application"], objects()) == (before, files)
    assert list(Attempt.objects.values_list("arrived_at", "closes_at")) == [(late, CLOSES)]


OVER = "The call closed on 15 Dec 2026, 18:00 (Korean time). Nothing can be changed or handed in any more."
KEPT = "What you have written is kept: you can read it, print it and take it as a PDF."


def test_g28_after_the_deadline_every_page_of_a_draft_says_so_and_offers_to_read_print_and_keep_it(
    draft, owner
):
    late = CLOSES + timedelta(seconds=1)
    revision = draft.revisions.first()
    pages = [
        at(owner, "get", late, address)
        for address in (
            draft.get_absolute_url(), url("section", draft, "project"), url("section", draft, "plan"),
            url("papers", draft), url("check", draft), url("preview", draft), url("revisions", draft, "project"),
            url("revision", draft, revision.key),
        )
    ]  # fmt: skip

    for page in pages:
        content = page.content.decode()
        main = content.partition("<main")[2].partition("</main>")[0]
        assert f"{OVER} {KEPT}" in text(page)
        assert "arrived at" not in text(page)
        assert [f'href="{url(name, draft)}"' in main for name in ("check", "preview", "pdf")] == [True] * 3
        assert (
            re.findall(r'<form[^>]*method="post"|data-autosave|data-upload|<button|data-countdown', main)
            == []
        )
    assert "A summary" in pages[1].content.decode()
    assert "A summary" in text(pages[4]) and "A summary" in text(pages[5])
    assert "missing" not in text(pages[4])


def test_g28_after_the_deadline_the_page_of_a_paper_leads_back_to_where_it_can_be_read(draft, owner):
    page = at(owner, "get", CLOSES, paper(draft, "D01"))

    assert page.url == f"{url('section', draft, 'papers')}#paper_D01"


def test_g28_what_was_typed_too_late_stands_on_the_page_that_says_both_instants_and_offers_no_save(
    draft, owner
):
    late = CLOSES + timedelta(seconds=1)

    page = at(
        owner, "post", late, url("section", draft, "project"), {"version": draft.version, "title": "Late"}
    )

    assert "this arrived at 2026-12-15 18:00:01 KST" in text(page)
    assert 'value="Late"' in page.content.decode()
    assert 'name="save"' not in page.content.decode()


def test_the_draft_of_a_cancelled_call_says_so_and_offers_to_read_it(draft, owner):
    Call.objects.filter(pk=draft.call_id).update(cancelled_at=DURING)

    page = at(owner, "get", DURING, url("section", draft, "project"))

    assert f"The call was cancelled. {KEPT}" in text(page)
    assert 'name="save"' not in page.content.decode()


def test_a_draft_goes_on_after_an_extension_as_if_nothing_had_been(draft, owner):
    Call.objects.filter(pk=draft.call_id).update(closes_at=CLOSES + timedelta(days=1))

    page = at(owner, "get", CLOSES, url("section", draft, "project")).content.decode()

    assert 'name="save"' in page and "data-countdown" in page


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("detail", []),
        ("section", ["project"]),
        ("papers", []),
        ("paper", ["D01"]),
        ("check", []),
        ("preview", []),
        ("revisions", ["project"]),
    ],
)
def test_g31_every_page_of_a_draft_counts_down_by_the_clock_of_the_server(draft, owner, name, words):
    page = at(owner, "get", DURING, url(name, draft, *words)).content.decode()

    assert f'data-countdown="{int(CLOSES.timestamp())}" data-now="{int(DURING.timestamp())}.000000"' in page


def test_what_is_handed_in_counts_down_no_more(draft, owner):
    with clock.at(DURING):
        actions.submit(draft, by=draft.created_by, arrived_at=DURING)

    assert "data-countdown" not in at(owner, "get", DURING, url("check", draft)).content.decode()


def test_the_steps_tell_what_is_complete_and_what_is_open(draft, owner):
    draft.documents.filter(paper__code="D01").delete()

    page = at(owner, "get", DURING, url("papers", draft)).content.decode()

    steps = re.findall(
        r"<li[^>]*><a [^>]*>.*?</a></li>", page.partition('class="steps"')[2].partition("</ol>")[0]
    )
    assert [re.sub(r"\s*<[^>]+>\s*", " ", step).strip() for step in steps] == [
        "The plan in short (Complete)",
        "Demand company (Optional)",
        "신산업 진출 계획 (Complete)",
        "인력·투자와 사업재편 (Complete)",
        "신청자격 확인 (Complete)",
        "Papers (1 gap)",
        "Pledges and consents (Complete)",
        "Check and submit",
    ]
    assert [bool('aria-current="step"' in step) for step in steps].index(True) == 5


def test_the_steps_cost_four_queries_beside_those_of_the_page(draft, django_assert_num_queries):
    actions.edit(
        draft, by=draft.created_by, now=DURING, version=draft.version,
        demand={"name": "Buyer", "number": "1108100010", "item": "Frames"},
    )  # fmt: skip
    found = Application.objects.with_steps().select_related(*RELATED).get(pk=draft.pk)
    assert found.call.asked

    with django_assert_num_queries(4):  # the papers, the partners, the pledges, the bonus items
        told = steps(found)

    assert {name: count for name, _title, count, _is_optional in told if count} == {"partners": 1}


def test_the_steps_tell_of_a_field_that_is_closed_and_of_technologies_that_are_missing(draft):
    draft.call.open_to.set(IndustryField.objects.exclude(pk=draft.field_id)[:2])
    draft.technologies.clear()

    found = Application.objects.with_steps().get(pk=draft.pk)

    assert [gap.field for gap in missing(found)] == ["field", "technologies"]
    assert [gap.field for gap in missing(draft)] == ["field", "technologies"]


def test_the_check_leads_to_the_last_step_or_to_the_gaps(draft, owner):
    complete = at(owner, "get", DURING, url("check", draft)).content.decode()
    draft.documents.filter(paper__code="D01").delete()
    incomplete = at(owner, "get", DURING, url("check", draft)).content.decode()

    for page, place, other in ((complete, "h-last-step", "h-gaps"), (incomplete, "h-gaps", "h-last-step")):
        assert (f'href="#{place}"' in page, f'id="{place}"' in page) == (True, True)
        assert f'href="#{other}"' not in page


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (DURING, "5 days left"),
        (CLOSES - timedelta(hours=20), "1 day left"),
        (CLOSES - timedelta(hours=1), "Today"),
    ],
)
def test_the_list_counts_the_days_that_are_left_for_a_draft(draft, owner, now, said):
    page = text(at(owner, "get", now, reverse("intake:own")))

    assert f"15 Dec 2026, 18:00 {said}" in page
    assert said not in text(at(owner, "get", AFTER, reverse("intake:own")))


# Who sees what


def test_a_viewer_reads_and_changes_nothing(world, draft):
    viewer = browser(world.member(world.a, "viewer"))
    before = everything()["applications_application"]

    overview = at(viewer, "get", DURING, draft.get_absolute_url())

    assert (overview.status_code, at(viewer, "get", DURING, url("check", draft)).status_code) == (200, 200)
    assert url("section", draft, "project") not in overview.content.decode()
    for address in (
        url("section", draft, "project"),
        url("submit", draft),
        url("withdraw", draft),
        paper(draft),
    ):
        assert at(viewer, "post", DURING, address, {"version": draft.version}).status_code == 404
    assert everything()["applications_application"] == before


def test_a_draft_is_seen_by_nobody_outside_the_firm(world, draft):
    for who in ("officer", "director", "auditor", "finance", "ministry", "administrator"):
        client = browser(getattr(world, who))
        assert client.get(draft.get_absolute_url()).status_code == 404
        assert client.get(url("check", draft)).status_code == 404


def test_g34_every_address_with_the_ids_of_another_firm_answers_like_one_that_does_not_exist(world):
    application = world.submitted(world.r1, world.a, title="CANARY-A1-TITLE")
    draft = world.draft(world.rnd, world.a, title="CANARY-A2-TITLE")
    receipt, stored = application.submissions.get(), application.documents.first().file
    rival = browser(world.owner_of(world.b))
    before = everything()

    def addresses(key, file_key, receipt_key):
        for name in ("detail", "check", "submit", "hand_in_supplement", "withdraw"):
            yield reverse(f"intake:{name}", args=[key])
        for section in ("project", "plan", "papers", "pledges"):
            yield reverse("intake:section", args=[key, section])
        yield reverse("intake:paper", args=[key, "D01"])
        yield reverse("intake:download", args=[key, file_key])
        yield reverse("intake:receipt", args=[receipt_key])
        for name in ("eligible", "take_as_is", "supplement", "exclusion", "answer", "readmit"):
            yield reverse(f"intake:{name}", args=[key])

    def answers(*keys):
        return [
            (method, response.status_code, re.sub(r'value="\w{64}"', "", text(response)))
            for address in addresses(*keys)
            for method in ("get", "post")
            for response in [getattr(rival, method)(address, {"version": 1, "reason": "Because it is so"})]
        ]

    nothing = answers(uuid.uuid4(), uuid.uuid4(), uuid.uuid4())
    assert answers(application.key, stored.key, receipt.key) == nothing
    assert answers(draft.key, stored.key, receipt.key) == nothing
    assert {status for _method, status, _text in nothing} == {404, 405}
    assert "CANARY" not in str(nothing)
    after = everything()
    assert {table for table in after if after[table] != before[table]} <= {"django_session"}


def test_the_list_of_the_own_applications_shows_no_other_firm(world, draft, owner):
    world.draft(world.r1, world.b, title="CANARY-B1-TITLE")

    page = text(owner.get(reverse("intake:own")))

    assert "A plan" in page
    assert "CANARY-B1" not in page


@pytest.mark.parametrize("rows", [1, 3, 21])
def test_the_own_list_asks_as_often_for_many_as_for_one(world, django_assert_num_queries, rows):
    for _number in range(rows):
        Application.objects.create(call=world.r1, firm=world.a, created_by=world.owner_of(world.a))
    client = browser(world.owner_of(world.a))
    client.get(reverse("intake:own"))

    with django_assert_num_queries(3):  # session, person, rows
        first = client.get(reverse("intake:own"))
    if rows > 20:
        with django_assert_num_queries(3):
            second = client.get(reverse("intake:own"), {"mark": first.context["page"].next})
        assert (len(first.context["page"].rows), len(second.context["page"].rows)) == (20, 1)


# Supplement and withdrawal


def test_the_firm_mends_what_is_named_and_pressing_twice_ends_on_one_receipt(world):
    application = world.submitted(world.r1, world.a)
    client = browser(application.created_by)
    due = AFTER + timedelta(days=3)
    with clock.at(AFTER):
        actions.request_supplement(
            application, papers=application.call.papers.filter(code="D01"), message="Sign it", due_at=due,
            by=world.officer,
        )  # fmt: skip
    asked = text(at(client, "get", AFTER, url("section", application, "papers")))
    confirm(client.session, application.created_by, at=AFTER)

    untouched = at(client, "post", AFTER, url("hand_in_supplement", application))
    other = at(client, "post", AFTER, paper(application, "D02"), {"file": pdf(), "upload": "1"})
    at(client, "post", AFTER, paper(application, "D01"), {"file": pdf("signed.pdf"), "upload": "1"})
    renewed = text(at(client, "get", AFTER, url("section", application, "papers")))
    first = at(client, "post", AFTER, url("hand_in_supplement", application))
    again = at(client, "post", AFTER, url("hand_in_supplement", application))

    assert ("Sign it" in asked, "사업자등록증명" in asked) == (True, False)
    assert ["To be renewed" in page for page in (asked, renewed)] == [True, False]
    assert (untouched.status_code, other.status_code) == (422, 409)
    receipt = Submission.objects.get(ordinal=2)
    assert first.url == again.url == receipt.get_absolute_url()
    assert set(Attempt.objects.values_list("closes_at", flat=True)) == {due, CLOSES}


def test_a_supplement_is_confirmed_by_the_password_like_everything_that_gives_a_receipt(world):
    application = world.submitted(world.r1, world.a)
    client, editor = browser(application.created_by), browser(world.member(world.a))
    with clock.at(AFTER):
        actions.request_supplement(
            application, papers=application.call.papers.filter(code="D01"), message="Sign it",
            due_at=AFTER + timedelta(days=3), by=world.officer,
        )  # fmt: skip
        actions.add_paper(
            Application.objects.get(), paper=application.call.papers.get(code="D01"), upload=pdf(),
            by=application.created_by, now=AFTER,
        )  # fmt: skip
    papers = url("section", application, "papers")

    before = at(client, "get", AFTER, papers)
    asked = at(client, "post", AFTER, url("hand_in_supplement", application))
    assert Submission.objects.count() == 1
    confirm(client.session, application.created_by, at=AFTER)
    after = text(at(client, "get", AFTER, papers))
    done = at(client, "post", AFTER, url("hand_in_supplement", application))
    told = at(editor, "post", AFTER, url("hand_in_supplement", application))

    assert (
        asked.url == before.context["confirm_url"] == f"/auth/reauthenticate/?{urlencode({'next': papers})}"
    )
    assert ["Confirm that it is you" in page for page in (text(before), after)] == [True, False]
    assert done.url == told.url == Submission.objects.get(ordinal=2).get_absolute_url()


def test_an_editor_who_may_not_submit_is_told_who_hands_the_supplement_in(world):
    application = world.submitted(world.r1, world.a)
    owners.let_editors_submit(world.a, allowed=False, by=application.created_by)
    with clock.at(AFTER):
        actions.request_supplement(
            application, papers=application.call.papers.filter(code="D01"), message="Sign it",
            due_at=AFTER + timedelta(days=3), by=world.officer,
        )  # fmt: skip

    page = text(at(browser(world.member(world.a)), "get", AFTER, url("section", application, "papers")))

    assert f"In your firm the owner submits: {application.created_by.name}." in page
    assert "Hand in the supplement" not in page


def test_a_late_supplement_is_refused_on_the_page_and_nothing_is_offered(world):
    application = world.submitted(world.r1, world.a)
    client = browser(application.created_by)
    due = AFTER + timedelta(days=3)
    with clock.at(AFTER):
        actions.request_supplement(
            application, papers=application.call.papers.filter(code="D01"), message="Sign it", due_at=due,
            by=world.officer,
        )  # fmt: skip

    uploaded = at(client, "post", due, paper(application, "D01"), {"file": pdf(), "upload": "1"})
    confirm(client.session, application.created_by, at=due)
    handed_in = at(client, "post", due, url("hand_in_supplement", application))

    said = "The supplement was due at 2026-12-23 12:00:00 KST; this arrived at 2026-12-23 12:00:00 KST."
    for response in (uploaded, handed_in):
        assert (response.status_code, said in text(response)) == (409, True)


def test_withdrawing_asks_for_a_reason_and_keeps_a_short_one_on_the_page(world):
    application = world.submitted(world.r1, world.a)
    client = browser(application.created_by)

    empty = client.post(url("withdraw", application), {"reason": ""})
    short = client.post(url("withdraw", application), {"reason": "no"})
    done = client.post(url("withdraw", application), {"reason": "We merge with another"})

    assert (empty.status_code, short.status_code, done.status_code) == (200, 409, 302)
    assert re.search(r"<textarea[^>]*>\s*no</textarea>", short.content.decode())
    assert Application.objects.get().status == "withdrawn"


def test_a_draft_is_discarded_with_one_button(draft, owner):
    response = owner.post(url("withdraw", draft), {"reason": ""})

    assert response.url == draft.get_absolute_url()
    assert "The draft was discarded; nothing was handed in." in text(owner.get(response.url))


def test_the_page_after_submission_offers_no_way_to_change_it(world):
    application = world.submitted(world.r1, world.a)
    client = browser(application.created_by)

    page = client.get(application.get_absolute_url()).content.decode()

    assert url("section", application, "project") not in page
    assert client.get(url("section", application, "project")).url == application.get_absolute_url()
    assert client.get(url("section", application, "papers")).url == application.get_absolute_url()
