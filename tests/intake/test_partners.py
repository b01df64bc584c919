"""Partners: who is asked what, who answers, what stops an application, and what each of them sees."""

from datetime import UTC, timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from applications.intake import actions, consortium
from applications.intake.actions import partners
from applications.intake.models import Application, Submission
from applications.intake.models.partners import Partner
from applications.intake.queries import to_be_answered
from applications.intake.rules import missing
from applications.kernel import audit, clock
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from tests.browser import said
from tests.copies import cost_of
from tests.intake.test_actions import everything
from tests.intake.test_views import url
from tests.together import refusals, together
from tests.world import AFTER, CLOSES, DURING, NUMBERS, PASSWORD, at, browser, pdf

pytestmark = pytest.mark.usefixtures("english")
AGAIN = "다시 답변해 주세요"  # in the letter of who was asked before


def row(number, **changes):
    """An institution as it is typed: 100,000,000 won, 60,000,000 of it granted."""
    return {
        "name": "Partner", "number": number, "part": "joint", "size": "small", "role": "Builds the mould",
        "grant": 60_000_000, "cash": 4_000_000, "in_kind": 36_000_000,
    } | changes  # fmt: skip


def name(draft, *rows, demand=None, ask=True):
    """Write these institutions into a draft, and ask them as saving by hand does."""
    actions.edit(
        draft, by=draft.created_by, now=DURING, version=10**6, institutions=list(rows), demand=demand or {}
    )
    draft.refresh_from_db()
    if not ask:
        return None
    with clock.at(DURING):
        return partners.ask(draft, by=draft.created_by, now=DURING)


def answer(partner, accepted=True, *, by=None, now=DURING, remark=""):
    with clock.at(now):
        partners.answer(partner, accepted=accepted, remark=remark, by=by or owner_of(partner.firm), now=now)


def owner_of(firm):
    return firm.members.filter(right="owner").first().user


def told(kind):
    return list(Letter.objects.filter(kind=kind).order_by("pk").values_list("address", flat=True))


def gaps(draft):
    found = missing(Application.objects.select_related("call__programme", "firm").get(pk=draft.pk))
    return [(gap.section, gap.field, str(gap)) for gap in found]


@pytest.fixture
def draft(world):
    return world.draft(world.rnd, world.a)


@pytest.fixture
def b(world):
    return world.b


# Asking


def test_a_registered_institution_is_asked_and_its_owners_are_told(world, draft, b):
    world.member(b)

    [partner] = name(draft, row(b.business_number))

    assert (partner.firm, partner.status, partner.terms) == (
        b, "asked", ("joint", b.business_number, "Builds the mould", 60_000_000, 4_000_000, 36_000_000),
    )  # fmt: skip
    assert told("partner_asked") == [world.owner_of(b).email]
    letter = Letter.objects.get(kind="partner_asked")
    assert partner.get_absolute_url() in letter.body and "60,000,000" in letter.body
    entry = audit.trail(draft).last()
    assert (entry.verb, entry.after) == ("name_partner", {"partner": b.business_number, "registered": True})


def test_saving_while_writing_asks_nobody_and_saving_by_hand_asks(draft, b):
    client = browser(draft.created_by)
    typed = {f"institutions-0-{code}": str(value) for code, value in row("110-81-00010").items()}
    assert b.business_number == "1108100010"

    saved = at(client, "post", DURING, url("autosave", draft, "partners"), typed | {"version": draft.version})
    assert (saved.status_code, Partner.objects.count()) == (200, 0)
    assert "To be asked" in saved.json()["live"]["panel"]

    answered = at(
        client,
        "post",
        DURING,
        url("section", draft, "partners"),
        typed | {"version": saved.json()["version"]},
    )
    assert answered.url == url("section", draft, "plan")
    assert Partner.objects.get().firm == b
    page = at(client, "get", DURING, answered.url).content.decode()
    assert "Asked to confirm in their own account: Partner." in page


def test_the_same_terms_ask_once_and_another_name_only_writes_it(draft, b):
    [partner] = name(draft, row(b.business_number))

    assert name(draft, row(b.business_number, name="B Ltd")) == []

    partner.refresh_from_db()
    assert (Partner.objects.count(), partner.name, len(told("partner_asked"))) == (1, "B Ltd", 1)


@pytest.mark.parametrize(
    "change", [{"role": "Tests it"}, {"grant": 1}, {"cash": 1}, {"in_kind": 1}, {"part": "commissioned"}]
)
def test_another_role_or_amount_asks_again_also_after_an_acceptance(draft, b, change):
    [first] = name(draft, row(b.business_number))
    answer(first)
    if "part" in change:
        change |= {"cash": "", "in_kind": ""}

    [second] = name(draft, row(b.business_number, **change))

    first.refresh_from_db()
    assert (first.status, second.status, second.firm) == ("withdrawn", "asked", b)
    again = Letter.objects.filter(kind="partner_asked").last()
    assert AGAIN in again.body
    assert told("partner_withdrawn") == []


def test_who_is_no_longer_named_is_let_go_and_told(world, draft, b):
    [partner] = name(draft, row(b.business_number))

    assert name(draft) == []

    partner.refresh_from_db()
    assert (partner.status, told("partner_withdrawn")) == ("withdrawn", [world.owner_of(b).email])


def test_a_discarded_draft_lets_everybody_go(world, draft, b):
    [partner] = name(draft, row(b.business_number))

    actions.withdraw(draft, reason="", by=draft.created_by)

    partner.refresh_from_db()
    assert (partner.status, told("partner_withdrawn")) == ("withdrawn", [world.owner_of(b).email])


def test_another_demand_company_lets_the_first_go_and_tells_it(world, draft, b):
    third = world.firm()
    [first] = name(draft, demand={"name": "B", "number": b.business_number, "item": "Doors"})

    [second] = name(draft, demand={"name": "C", "number": third.business_number, "item": "Doors"})

    first.refresh_from_db()
    assert (first.status, second.firm, told("partner_withdrawn")) == (
        "withdrawn",
        third,
        [world.owner_of(b).email],
    )


def test_nobody_is_asked_before_the_plan_has_a_title(world, b):
    draft = world.draft(world.rnd, world.a, title="")

    assert name(draft, row(b.business_number)) == []
    assert Partner.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"number": "1108100011"},
        {"number": ""},
        {"part": ""},
        {"role": ""},
        {"size": ""},
        {"grant": "x"},
    ],
)
def test_a_row_that_is_incomplete_is_kept_and_not_asked(draft, b, change):
    typed = row(b.business_number) | change

    assert name(draft, typed) == []

    assert Application.objects.get().institutions == [typed]
    assert [section for section, _field, _text in gaps(draft)] == ["partners"] * len(gaps(draft)) != []


def test_the_last_check_never_says_that_nobody_takes_part_while_somebody_is_half_written(draft):
    client, address = browser(draft.created_by), url("check", draft)
    before = at(client, "get", DURING, address).content.decode()

    name(draft, demand={"name": "B", "number": "12", "item": "Doors"}, ask=False)
    after = at(client, "get", DURING, address).content.decode()

    assert ("Nobody else takes part." in before, "Nobody else takes part." in after) == (True, False)
    assert "What you wrote here is not complete yet." in after


@pytest.mark.parametrize("left", list(row("")))
def test_a_cell_that_is_not_written_yet_stops_neither_saving_nor_the_page(draft, b, left):
    client = browser(draft.created_by)
    typed = {f"institutions-0-{code}": str(value) for code, value in row(b.business_number).items()}
    typed |= {f"institutions-0-{left}": "", "version": draft.version}

    saved = at(client, "post", DURING, url("autosave", draft, "partners"), typed)
    shown = at(client, "get", DURING, url("section", draft, "partners"))

    assert (saved.status_code, shown.status_code) == (200, 200)
    (kept,) = Application.objects.get().institutions
    assert row(b.business_number).keys() - kept.keys() == {left}


def test_one_person_names_fifty_institutions_a_day_and_no_more(draft, b, monkeypatch):
    monkeypatch.setattr(partners, "MOST_A_DAY", 2)
    for amount in (1, 2):
        name(draft, row(b.business_number, grant=amount))

    with pytest.raises(Refused) as refusal:
        name(draft, row(b.business_number, grant=3))

    assert "2 institutions within a day" in str(refusal.value)
    assert list(Partner.objects.standing().values_list("grant_krw", flat=True)) == [2]


def test_strangers_ask_nobody_and_nobody_asks_after_the_deadline(world, draft, b):
    name(draft, row(b.business_number), ask=False)

    with pytest.raises(Denied):
        partners.ask(draft, by=world.owner_of(b), now=DURING)
    with pytest.raises(Refused):
        partners.ask(draft, by=draft.created_by, now=CLOSES)
    assert Partner.objects.count() == 0


# Answering


def test_an_owner_confirms_and_the_firm_is_told(world, draft, b):
    [partner] = name(draft, row(b.business_number))
    editor = world.member(world.a)

    answer(partner)

    partner.refresh_from_db()
    assert (partner.status, partner.answered_by, partner.answered_at) == ("accepted", owner_of(b), DURING)
    assert sorted(told("partner_accepted")) == sorted([draft.created_by.email, editor.email])
    assert gaps(draft) == []


def test_a_refusal_is_told_with_its_reason_and_can_be_taken_back(draft, b):
    [partner] = name(draft, row(b.business_number))

    answer(partner, accepted=False, remark="No people free")
    assert gaps(draft) == [("partners", "institutions-0-number", "Partner has declined.")]
    assert "No people free" in Letter.objects.get(kind="partner_declined").body

    answer(partner)
    assert gaps(draft) == []


@pytest.mark.parametrize("who", ["editor", "viewer", "rival", "applicant", "officer"])
def test_only_an_owner_of_the_institution_answers(world, draft, b, who):
    [partner] = name(draft, row(b.business_number))
    person = {
        "editor": lambda: world.member(b), "viewer": lambda: world.member(b, "viewer"),
        "rival": lambda: world.owner_of(world.firm()), "applicant": lambda: draft.created_by,
        "officer": lambda: world.officer,
    }[who]()  # fmt: skip

    with pytest.raises(Denied):
        answer(partner, by=person)
    assert at(browser(person), "get", DURING, partner.get_absolute_url()).status_code == 404
    assert Partner.objects.get().status == "asked"


def test_nothing_is_answered_after_the_deadline_the_submission_or_another_request(draft, b):
    [first] = name(draft, row(b.business_number))
    with pytest.raises(Refused):
        answer(first, now=CLOSES)

    [second] = name(draft, row(b.business_number, grant=50_000_000))
    with pytest.raises(Refused):
        answer(first)

    answer(second)
    draft.refresh_from_db()
    actions.submit(draft, by=draft.created_by, arrived_at=DURING)
    with pytest.raises(Refused):
        answer(second, accepted=False)
    assert list(Partner.objects.order_by("pk").values_list("status", flat=True)) == ["withdrawn", "accepted"]


def test_the_page_shows_the_terms_and_nothing_else_of_the_plan(draft, b):
    [partner] = name(draft, row(b.business_number))
    client = browser(owner_of(b))

    home = at(client, "get", DURING, reverse("portal:home")).content.decode()
    named = at(client, "get", DURING, reverse("intake:named")).content.decode()
    page = at(client, "get", DURING, partner.get_absolute_url()).content.decode()

    assert partner.get_absolute_url() in home and partner.get_absolute_url() in named
    assert [text in page for text in (draft.title, "Builds the mould", "60,000,000", "Firm A")] == [True] * 4
    assert draft.summary not in page and "An answer in words" not in page and "480,000,000" not in page

    answered = at(client, "post", DURING, partner.get_absolute_url(), {"accept": "1"})
    assert answered.url == partner.get_absolute_url()
    assert Partner.objects.get().status == "accepted"
    assert (
        partner.get_absolute_url() not in at(client, "get", DURING, reverse("portal:home")).content.decode()
    )


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ({"cancelled_at": DURING}, "The call was cancelled; nothing is asked any more."),
        ({"closes_at": DURING}, "The call closed at 2026-12-10 12:00:00 KST; nothing is asked any more."),
    ],
)
def test_of_a_call_that_has_ended_nobody_is_asked_any_more_and_the_page_says_why(draft, b, ends, said):
    [partner] = name(draft, row(b.business_number))
    asked = list(to_be_answered(owner_of(b), DURING))
    type(draft.call).objects.filter(pk=draft.call_id).update(**ends)
    client = browser(owner_of(b))

    home = at(client, "get", DURING, reverse("portal:home")).content.decode()
    page = at(client, "get", DURING, partner.get_absolute_url())
    answered = at(client, "post", DURING, partner.get_absolute_url(), {"accept": "1"})

    assert (asked, list(to_be_answered(owner_of(b), DURING))) == ([partner], [])
    assert partner.get_absolute_url() not in home
    assert [str(fault) for fault in page.context["faults"]] == [said]
    assert said in page.content.decode() and 'name="accept"' not in page.content.decode()
    assert (answered.status_code, Partner.objects.get().status) == (409, "asked")


@pytest.mark.parametrize("rows", [1, 3, 12])
def test_what_a_firm_is_asked_costs_two_queries_however_much_it_is(world, b, django_assert_num_queries, rows):
    for _firm in range(rows):
        name(world.draft(world.rnd), row(b.business_number))
    owner = owner_of(b)

    with django_assert_num_queries(2):
        asked = to_be_answered(owner, DURING)
        shown = [  # what the own page draws of each
            (
                one.title,
                one.get_part_display(),
                one.application.firm.name,
                one.application.call.closes_at,
                one.get_absolute_url(),
            )
            for one in asked
        ]

    assert len(shown) == rows


def test_a_refused_answer_says_why_on_the_page(draft, b):
    [partner] = name(draft, row(b.business_number))

    late = at(browser(owner_of(b)), "post", CLOSES, partner.get_absolute_url(), {"accept": "1"})

    assert late.status_code == 409
    assert "The call closed at 2026-12-15 18:00:00 KST" in late.content.decode()


# Who is not registered here


UNREGISTERED = NUMBERS[3]


def test_an_institution_that_is_not_registered_sends_a_letter(draft):
    [partner] = name(draft, row(UNREGISTERED))
    assert (partner.firm, told("partner_asked")) == (None, [])
    expected = "Partner is not registered here: please upload its letter (D11)."
    assert gaps(draft) == [("papers", "paper_D11", expected)]

    paper = draft.call.papers.get(code="D11")
    actions.add_paper(draft, paper=paper, upload=pdf("letter.pdf"), by=draft.created_by, now=DURING)

    assert gaps(draft) == []


def test_a_letter_speaks_for_nobody_who_is_registered_here(draft, b):
    paper = draft.call.papers.get(code="D11")
    actions.add_paper(draft, paper=paper, upload=pdf("letter.pdf"), by=draft.created_by, now=DURING)

    name(draft, row(b.business_number), row(UNREGISTERED, name="Other", grant=0, cash=0, in_kind=0))

    assert [text for _section, _field, text in gaps(draft)] == ["Partner has not confirmed yet."]


def test_for_a_firm_in_which_nobody_can_answer_a_letter_speaks(world, draft, b):
    """One that officers brought in has no people yet, and the accounts of another's owners may all be closed."""
    owner = owner_of(b)
    type(owner).objects.filter(pk=owner.pk).update(is_active=False)
    [partner] = name(draft, row(b.business_number))
    paper = draft.call.papers.get(code="D11")
    actions.add_paper(draft, paper=paper, upload=pdf("letter.pdf"), by=draft.created_by, now=DURING)

    assert (partner.firm, gaps(draft)) == (None, [])


def test_who_registers_meanwhile_is_asked_at_the_next_save_unless_there_is_a_letter(world, draft):
    name(draft, row(UNREGISTERED))
    firm = world.firm(number=UNREGISTERED)

    [partner] = name(draft, row(UNREGISTERED))

    assert (partner.firm, partner.status, Partner.objects.standing().count()) == (firm, "asked", 1)
    assert AGAIN not in Letter.objects.get(kind="partner_asked").body


def test_without_a_place_for_the_letter_the_institution_must_register(draft):
    draft.call.papers.filter(code="D11").delete()

    name(draft, row(UNREGISTERED))

    expected = "Partner is not registered here: please ask it to register, then save this section."
    assert gaps(draft) == [("partners", "institutions-0-number", expected)]


# What stops an application (E15), and what stands in it


def test_e15_nothing_is_handed_in_before_everybody_has_answered(draft, b):
    name(draft, row(b.business_number), ask=False)
    before = everything()
    with pytest.raises(Refused) as refusal:
        actions.submit(draft, by=draft.created_by, arrived_at=DURING)
    assert [str(reason) for reason in refusal.value.reasons] == [
        "Partner is not asked yet: please save this section."
    ]
    assert everything() == before

    [partner] = name(draft, row(b.business_number))
    with pytest.raises(Refused):
        actions.submit(draft, by=draft.created_by, arrived_at=DURING)

    answer(partner)
    actions.submit(draft, by=draft.created_by, arrived_at=DURING)
    assert Application.objects.get().status == "submitted"


def test_an_acceptance_of_other_terms_does_not_count(draft, b):
    [partner] = name(draft, row(b.business_number))
    answer(partner)

    name(draft, row(b.business_number, grant=61_000_000), ask=False)

    assert [text for *_rest, text in gaps(draft)] == ["Partner is not asked yet: please save this section."]


def test_partners_are_frozen_with_who_confirmed_and_leftovers_are_let_go(draft, b, world):
    third = world.firm()
    first, _second = name(
        draft, row(b.business_number), row(third.business_number, name="Gone", grant=1, cash=0, in_kind=0)
    )
    answer(first)
    name(draft, row(b.business_number), ask=False)  # the second goes without a save by hand

    actions.submit(draft, by=draft.created_by, arrived_at=DURING)

    assert Submission.objects.get().snapshot["partners"] == [
        {
            "part": "joint", "business_number": b.business_number, "name": "Partner", "role": "Builds the mould",
            "grant_krw": 60_000_000, "cash_krw": 4_000_000, "in_kind_krw": 36_000_000,
            "confirmed_by": owner_of(b).name, "confirmed_at": DURING.astimezone(UTC).isoformat(),
        }
    ]  # fmt: skip
    assert Partner.objects.get(firm=third).status == "withdrawn"
    assert told("partner_withdrawn") == [world.owner_of(third).email]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(NUMBERS[0])], ["Partner: Your own firm is the lead; please name other institutions only."]),
        (
            [row(UNREGISTERED, cash=2_000_000), row(UNREGISTERED, cash=2_000_000)],
            ["Partner: At least 10% of its own share is paid in cash: 3,800,000 won."] * 2
            + ["Partner: An institution is named once only."] * 2,
        ),
        ([row(UNREGISTERED, grant=121_000_000)], ["Partner: By its size class the state gives at most 75% of its cost: 120,750,000 won."]),
        ([row(UNREGISTERED, grant=121_000_000, size="nonprofit")], []),
        ([row(UNREGISTERED, cash=3_999_999)], ["Partner: At least 10% of its own share is paid in cash: 4,000,000 won."]),
        (
            [row(UNREGISTERED, grant=0, cash=0, in_kind=0, part="commissioned")],
            [],
        ),
        (
            [row(UNREGISTERED, grant=1, cash="", in_kind="", part="commissioned")],
            ["More is subcontracted than the cost item holds: 0 won."],
        ),
        (
            [row(UNREGISTERED, part="commissioned", grant=0)],
            ["Partner: A subcontracted institution is paid by you and has no own share."],
        ),
        (
            [row(UNREGISTERED, grant=480_000_001, cash=60_000_001, in_kind=260_000_001, size="nonprofit")],
            [
                "The joint institutions together have more than the grant asked for: 480,000,000 won.",
                "The joint institutions together have more than the own share in cash: 60,000,000 won.",
                "The joint institutions together have more than the own share in kind: 260,000,000 won.",
            ],
        ),
        ([row("12345", name="")], ["Institution 1: Missing: name of the institution",
                                   "Institution 1: This is not a valid business registration number. Please check the ten digits."]),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_saved_all_the_same(draft, rows, expected):
    name(draft, *rows, ask=False)

    stored = Application.objects.select_related("firm", "call__programme").get()
    assert stored.institutions == rows
    assert sorted(str(fault) for fault in consortium.of(stored).faults()) == sorted(expected)


def test_an_institution_that_was_asked_counts_by_its_own_size_class_and_before_nothing_tells_of_it(
    world, draft, b
):
    type(b).objects.filter(pk=b.pk).update(size="large")
    typed = row(b.business_number, size="nonprofit")

    name(draft, typed, ask=False)
    assert [text for *_rest, text in gaps(draft)] == ["Partner is not asked yet: please save this section."]

    name(draft, typed)
    assert [text for *_rest, text in gaps(draft)] == [
        "Partner: By its size class the state gives at most 50% of its cost: 50,000,000 won.",
        "Partner: At least 15% of its own share is paid in cash: 6,000,000 won.",
        "Partner has not confirmed yet.",
    ]


def test_the_agreement_of_a_consortium_keeps_the_shares_of_all_its_institutions(world):
    """A university takes all of its cost: together they may have more than a small firm alone."""
    draft = world.draft(world.rnd, world.a)
    name(draft, row(UNREGISTERED, size="nonprofit", grant=100_000_000, cash=0, in_kind=0), ask=False)

    rates = consortium.rates(Application.objects.select_related("firm").get())

    assert (rates.most * 800_000_000, rates.least * 320_000_000) == (625_000_000, 32_000_000)


def test_a_sprout_application_names_a_demand_company_alone(world, b):
    draft = world.draft(world.sprout, world.a)
    client, address = browser(draft.created_by), url("section", draft, "partners")
    typed = {"demand_name": "B", "demand_number": b.business_number, "demand_item": "Doors"}

    page = at(client, "get", DURING, address).content.decode()
    at(client, "post", DURING, address, typed | {"version": draft.version, "institutions-0-name": "Nobody"})

    stored = Application.objects.get()
    assert "institutions-0-name" not in page and "demand_name" in page
    assert (stored.institutions, stored.demand) == (
        [],
        {"name": "B", "number": b.business_number, "item": "Doors"},
    )
    partner = Partner.objects.get()
    assert (partner.part, partner.role, partner.firm) == ("demand", "Doors", b)
    assert gaps(draft) == [("partners", "demand_name", "B has not confirmed yet.")]


@pytest.mark.parametrize(
    ("demand", "expected"),
    [
        ({"name": "B"}, [("demand_item", "Missing: item in demand")]),
        (
            {"name": "B", "number": "1108100011", "item": "Doors"},
            [
                (
                    "demand_number",
                    "Demand company: This is not a valid business registration number. Please check the ten digits.",
                )
            ],
        ),
        ({"item": "Doors"}, [("demand_name", "Missing: name of the demand company")]),
        ({"name": "A", "item": "Doors", "number": NUMBERS[0]},
         [("demand_number", "Your own firm cannot be its own demand company.")]),
        ({"name": "B", "item": "Doors"}, [("paper_D12", "B is not registered here: please upload its letter (D12).")]),
    ],
)  # fmt: skip
def test_a_demand_company_has_a_name_and_an_item_and_is_another_firm(draft, demand, expected):
    name(draft, demand=demand)

    assert [(field, text) for _section, field, text in gaps(draft)] == expected


# The database stands behind it


def partner_of(draft, **changes):
    values = {
        "application": draft, "lead_number": draft.firm.business_number, "business_number": UNREGISTERED, "name": "P",
        "part": "joint", "title": "T", "role": "R", "asked_by": draft.created_by, "asked_at": DURING,
    }  # fmt: skip
    return Partner.objects.create(**(values | changes))


@pytest.mark.parametrize(
    "change",
    [
        {"business_number": UNREGISTERED},
        {"business_number": UNREGISTERED, "part": "commissioned"},
        {"business_number": NUMBERS[0]},
        {"business_number": "12"},
        {"business_number": ""},
        {"business_number": NUMBERS[4], "status": "accepted"},
    ],
)
def test_nobody_is_named_twice_is_the_lead_or_answers_without_somebody(draft, change):
    partner_of(draft)

    with pytest.raises(IntegrityError), transaction.atomic():
        partner_of(draft, **change)


def test_an_application_has_one_demand_company_which_may_take_part_in_the_research_too(draft):
    partner_of(draft)
    partner_of(draft, part="demand")

    with pytest.raises(IntegrityError), transaction.atomic():
        partner_of(draft, part="demand", business_number="")


# Pages


@pytest.mark.parametrize("count", [1, 3, 10])
def test_pages_cost_the_same_queries_however_many_partners_there_are(world, draft, count):
    firms = [world.firm() for _number in range(count)]
    partners = name(
        draft, *(row(f.business_number, name=f.name, grant=1_000, cash=1_000, in_kind=0) for f in firms)
    )
    client = browser(draft.created_by)
    pages = [
        url("section", draft, "partners"),
        url("section", draft, "money"),
        url("check", draft),
        url("preview", draft),
    ]
    for partner in partners[1:]:
        answer(partner)

    costs = []
    with clock.at(DURING):
        client.get(pages[0])
        for page in pages:
            queries, response = cost_of(client, page)
            assert response.status_code == 200
            costs.append(queries)

    assert costs == COSTS


COSTS = [10, 9, 21, 6]  # of the two sections, the check and the preview


def test_the_list_of_what_a_firm_is_asked_costs_the_same_for_many(world, b):
    client = browser(owner_of(b))
    costs = []
    for _number in range(2):
        name(world.draft(world.rnd, world.firm()), row(b.business_number))
        with clock.at(DURING):
            client.get(reverse("portal:home"))
            costs.append([cost_of(client, reverse(page))[0] for page in ("portal:home", "intake:named")])

    assert costs[0] == costs[1]


def test_reviewers_read_names_and_roles_and_staff_all_of_it(world, draft, b):
    [partner] = name(draft, row(b.business_number))
    answer(partner)
    preview = at(browser(draft.created_by), "get", DURING, url("preview", draft)).content.decode()
    actions.submit(draft, by=draft.created_by, arrived_at=DURING)
    with clock.at(AFTER):
        world.checked(draft)
        actions.open_review(draft, by=world.officer)
        sheet = world.assigned(draft)
        read = browser(sheet.reviewer).get(sheet.get_absolute_url()).content.decode()
        case = browser(world.officer).get(draft.get_absolute_url()).content.decode()

    for page in (preview, read, case):
        assert "Builds the mould" in page and "Partner" in page and "540,000,000" in page
    assert [b.shown_number in page for page in (preview, read, case)] == [False, False, True]
    assert ["Confirmed by" in page for page in (preview, read, case)] == [False, False, True]


def test_on_paper_stand_the_cost_items_and_the_names_and_roles_of_partners(draft, b):
    name(draft, row(b.business_number, role="Builds moulds"))

    answered = at(browser(draft.created_by), "get", DURING, url("pdf", draft))

    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(b"".join(answered))).pages)
    assert [words in text for words in ("540,000,000", "800,000,000", "Builds moulds")] == [True] * 3
    assert b.shown_number not in text


def test_the_faults_of_a_budget_stand_beside_its_cells_while_it_is_written(world, draft):
    client = browser(draft.created_by)
    typed = {"personnel_cash": "800,000,000", "indirect_cash": "80,000,001", "requested": "660,000,000"}

    saved = at(
        client, "post", DURING, url("autosave", draft, "money"), typed | {"version": draft.version}
    ).json()

    assert saved["errors"] == {}
    assert saved["said"] == {
        "requested": "The ceiling of this call is 600,000,000 won.",
        "indirect_cash": "Indirect cost is at most 10% of the direct cost that counts: 80,000,000 won.",
    }
    assert "The ceiling of this call is 600,000,000 won." in saved["live"]["faults"]
    assert "880,000,001" in saved["live"]["panel"]
    assert Application.objects.get().total_krw == 880_000_001


def test_a_row_left_blank_between_others_does_not_move_what_is_said(world, draft):
    client = browser(draft.created_by)
    typed = {f"institutions-2-{code}": str(value) for code, value in row("1108100011").items()}
    typed |= {"institutions-0-name": "", "institutions-1-name": " "}

    saved = at(
        client, "post", DURING, url("autosave", draft, "partners"), typed | {"version": draft.version}
    ).json()

    assert list(saved["said"]) == ["institutions-2-number"]
    assert Application.objects.get().institutions == [row("1108100011")]


def test_g12_a_stale_section_of_partners_shows_both_texts(world, draft):
    name(draft, row(UNREGISTERED, role="Saved"), demand={"name": "B", "item": "Doors"}, ask=False)
    client, address = browser(draft.created_by), url("section", draft, "partners")
    typed = {f"institutions-0-{code}": str(value) for code, value in row(UNREGISTERED, role="Typed").items()}

    refused = at(client, "post", DURING, address, typed | {"version": 1})

    assert refused.status_code == 409
    assert [
        (saved.count("Saved"), mine.count("Typed")) for _label, saved, mine in refused.context["differences"]
    ] == [
        (1, 1),
        (0, 0),
    ]


def test_a_revision_brings_budget_and_partners_back(draft):
    budget = draft.budget
    name(draft, row(UNREGISTERED), demand={"name": "B", "item": "Doors"}, ask=False)
    with clock.at(DURING + timedelta(minutes=11)) as now:
        actions.edit(
            draft, by=draft.created_by, now=now, version=10**6, budget={}, institutions=[], demand={}
        )

    for section, shown in (("money", "540,000,000"), ("partners", "Builds the mould")):
        found = draft.revisions.filter(section=section).order_by("pk").first()
        page = at(browser(draft.created_by), "get", DURING, url("revision", draft, found.key))
        assert shown in page.content.decode()
        actions.restore(draft, revision=found, by=draft.created_by, now=DURING)

    stored = Application.objects.get()
    assert (stored.budget, stored.total_krw) == (budget, 800_000_000)
    assert (stored.institutions, stored.demand) == ([row(UNREGISTERED)], {"name": "B", "item": "Doors"})


@pytest.mark.browser
def test_in_a_browser_institutions_are_added_and_removed_and_what_is_wrong_is_said_at_once(street, world):
    now = clock.now()
    call = world.call(
        "rnd",
        published=now - timedelta(days=40),
        opens=now - timedelta(days=5),
        closes=now + timedelta(days=9),
    )
    draft = world.draft(call, world.a, at=now)
    person = street.comes().sign_in(draft.created_by.email, PASSWORD)
    person.page.goto(street.address + url("section", draft, "partners"))
    person.arrived()

    def write(place, typed):
        for code, value in typed.items():
            cell = person.page.locator(f"[name=institutions-{place}-{code}]")
            cell.select_option(value) if code in ("part", "size") else cell.fill(str(value))

    write(0, row("1108100010"))
    person.page.get_by_role("button", name=said("Add an institution")).click()
    write(1, row("1108100024", name="Second", grant=480_000_001))
    # Earlier saves of half a row have warnings of their own: what is awaited is the words about this cell.
    person.page.locator("[data-said=institutions-1-grant]:visible", has_text="75%").wait_for()

    person.page.get_by_role("button", name=said("Remove this institution")).first.click()
    person.page.locator("#h-asked ~ ul li").nth(1).wait_for(state="detached")
    stored = Application.objects.get().institutions
    assert [institution["name"] for institution in stored] == ["Second"]
    assert street.complaints == []


# At the same moment


def pressed(act):
    def press():
        with translation.override("en"):  # of this thread
            return act()

    return press


@pytest.mark.postgresql
def test_an_acceptance_never_falls_on_terms_that_were_changed_at_the_same_moment(committed, world):
    draft = world.draft(world.rnd, world.a)
    b = world.b
    [partner] = name(draft, row(b.business_number))
    name(draft, row(b.business_number, grant=50_000_000), ask=False)
    owner = owner_of(b)

    outcomes = together(
        pressed(
            lambda: partners.answer(
                Partner.objects.get(pk=partner.pk), accepted=True, remark="", by=owner, now=DURING
            )
        ),
        pressed(lambda: partners.ask(Application.objects.get(pk=draft.pk), by=draft.created_by, now=DURING)),
    )

    assert refusals(outcomes) in ([], ["This is not possible while the status is “No longer asked”."])
    standing = Partner.objects.standing().get()
    assert (standing.grant_krw, standing.status) == (50_000_000, "asked")
    assert Partner.objects.get(pk=partner.pk).status == "withdrawn"


@pytest.mark.postgresql
def test_a_refusal_and_the_submission_at_the_same_moment_do_not_both_succeed(committed, world):
    draft = world.draft(world.rnd, world.a)
    [partner] = name(draft, row(world.b.business_number))
    answer(partner)
    owner = owner_of(world.b)

    outcomes = together(
        pressed(
            lambda: partners.answer(
                Partner.objects.get(pk=partner.pk), accepted=False, remark="", by=owner, now=DURING
            )
        ),
        pressed(
            lambda: actions.submit(
                Application.objects.get(pk=draft.pk), by=draft.created_by, arrived_at=DURING
            )
        ),
    )

    status = Application.objects.get().status, Partner.objects.get().status
    assert (len(refusals(outcomes)), status) in [
        (1, ("submitted", "accepted")),
        (1, ("draft", "declined")),
    ]


@pytest.mark.postgresql
def test_two_saves_at_once_ask_an_institution_once(committed, world):
    draft = world.draft(world.rnd, world.a)
    name(draft, row(world.b.business_number), ask=False)

    together(
        *[
            pressed(
                lambda: partners.ask(Application.objects.get(pk=draft.pk), by=draft.created_by, now=DURING)
            )
        ]
        * 2
    )

    assert Partner.objects.count() == 1
    assert len(told("partner_asked")) == 1


# Changes to what was handed in


def recalled(draft):
    """What was handed in, and the changes that are being written to it."""
    with clock.at(DURING):
        actions.submit(draft, by=draft.created_by, arrived_at=DURING)
        return actions.recall(draft, by=draft.created_by, now=DURING)


def test_changes_that_leave_a_partner_alone_need_no_other_answer(draft, b):
    [partner] = name(draft, row(b.business_number))
    answer(partner)
    amendment = recalled(draft)

    assert name(amendment, row(b.business_number)) == []
    assert gaps(amendment) == []
    with clock.at(DURING):
        actions.submit(amendment, by=draft.created_by, arrived_at=DURING)

    assert Partner.objects.get().status == "accepted"
    assert [s.snapshot["partners"][0]["grant_krw"] for s in Submission.objects.all()] == [60_000_000] * 2


def test_changes_ask_a_partner_anew_and_what_was_handed_in_stands_until_they_are(draft, b):
    [first] = name(draft, row(b.business_number))
    answer(first)
    amendment = recalled(draft)

    [second] = name(amendment, row(b.business_number, grant=50_000_000))

    assert AGAIN in Letter.objects.filter(kind="partner_asked").last().body
    assert [text for *_rest, text in gaps(amendment)] == ["Partner has not confirmed yet."]
    assert list(draft.partners.standing().values_list("status", "grant_krw")) == [("accepted", 60_000_000)]

    answer(second)
    with clock.at(DURING):
        actions.submit(amendment, by=draft.created_by, arrived_at=DURING)
    assert list(draft.partners.standing().values_list("status", "grant_krw")) == [("accepted", 50_000_000)]
    assert Submission.objects.latest("pk").snapshot["partners"][0]["grant_krw"] == 50_000_000
    assert told("partner_withdrawn") == []


def test_changes_that_are_given_up_leave_the_partners_as_they_were(world, draft, b):
    [first] = name(draft, row(b.business_number))
    answer(first)
    third = world.firm()
    amendment = recalled(draft)
    name(amendment, row(third.business_number))

    with clock.at(DURING):
        actions.keep(draft, by=draft.created_by)

    assert list(Partner.objects.standing()) == [first]
    assert told("partner_withdrawn") == [owner_of(third).email]


def test_changes_without_a_partner_let_it_go_when_they_are_handed_in(world, draft, b):
    [first] = name(draft, row(b.business_number))
    answer(first)
    amendment = recalled(draft)
    name(amendment)
    assert told("partner_withdrawn") == []

    with clock.at(DURING):
        actions.submit(amendment, by=draft.created_by, arrived_at=DURING)

    assert (Partner.objects.standing().count(), told("partner_withdrawn")) == (0, [owner_of(b).email])


def test_withdrawing_lets_go_of_those_that_its_changes_name_too(world, draft, b):
    [first] = name(draft, row(b.business_number))
    answer(first)
    third = world.firm()
    amendment = recalled(draft)
    name(
        amendment,
        row(b.business_number),
        row(third.business_number, grant=1, cash=0, in_kind=0, name="Third"),
    )

    with clock.at(DURING):
        actions.withdraw(draft, reason="Other plans", by=draft.created_by)

    assert Partner.objects.standing().count() == 0
    assert sorted(told("partner_withdrawn")) == sorted([owner_of(b).email, owner_of(third).email])
