"""The vault of a firm: dates, room, renewal, warnings, and what an application takes out of it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.firms.actions import vault
from applications.firms.models.vault import KeptPaper
from applications.firms.rules import vault as rules
from applications.firms.tasks import tell_of_viruses, warn_of_expiry
from applications.intake import actions as intake
from applications.intake.models import Document
from applications.kernel import audit, clock, files
from applications.kernel.errors import Denied, Refused
from applications.kernel.files import StoredFile
from applications.kernel.taxonomy import PaperKind
from applications.notifications.models import Letter
from tests import fixtures
from tests.copies import another, costs_of_a_list
from tests.together import refusals, together
from tests.world import DURING, PDF, pdf

pytestmark = pytest.mark.usefixtures("english")


def kind(code="D02"):
    return PaperKind.objects.get(code=code)


def keep(
    world, code="D02", *, firm=None, content=PDF, at=DURING, issued_on=None, expires_on=None, by=None, **more
):
    firm = firm or world.a
    with clock.at(at):
        return vault.keep(
            firm, kind=kind(code), issued_on=issued_on or clock.today(), expires_on=expires_on,
            number=more.get("number", "2026-001"), file=pdf(f"{code}.pdf", content), by=by or world.owner_of(firm),
        )  # fmt: skip


def renew(world, paper, content=PDF + b"new", *, at=DURING, **dates):
    dates = {"issued_on": at.date(), "expires_on": None} | dates
    with clock.at(at):
        return vault.renew(
            paper, number="2026-002", file=pdf("new.pdf", content) if content else None,
            by=world.owner_of(paper.firm), **dates,
        )  # fmt: skip


def letters(kind):
    return list(Letter.objects.filter(kind=kind).order_by("pk").values_list("address", flat=True))


# Dates


@pytest.mark.parametrize(
    ("code", "issued", "last"),
    [
        ("D02", date(2026, 11, 30), date(2027, 2, 28)),
        ("D03", date(2026, 9, 10), date(2026, 12, 10)),
        ("D05", date(2026, 12, 10), date(2027, 1, 9)),
        ("D08", date(2024, 2, 29), date(2027, 2, 28)),
        ("D09", date(2026, 5, 1), date(2027, 3, 31)),
        ("D04", date(2026, 5, 1), None),
    ],
)
def test_each_kind_of_paper_has_its_usual_last_day(db, code, issued, last):
    assert rules.usual_expiry(kind(code), issued) == last


@pytest.mark.parametrize(
    ("issued", "last", "standing"),
    [
        (date(2024, 1, 1), None, "lasting"),
        (date(2024, 1, 1), date(2026, 12, 9), "expired"),
        (date(2024, 1, 1), date(2026, 12, 10), "expiring"),  # valid on its last day
        (date(2024, 1, 1), date(2027, 1, 9), "expiring"),
        (date(2024, 1, 1), date(2027, 1, 10), "valid"),
        (date(2026, 12, 1), date(2026, 12, 31), "valid"),  # of thirty days: seven before the end
        (date(2026, 11, 17), date(2026, 12, 17), "expiring"),
    ],
)
def test_a_badge_says_how_long_a_paper_is_valid(issued, last, standing):
    assert rules.standing(KeptPaper(issued_on=issued, expires_on=last), today=date(2026, 12, 10)) == standing


def test_dates_that_cannot_be_are_refused(world):
    for dates, reason in (
        ({"issued_on": date(2026, 12, 11)}, "still to come"),
        ({"expires_on": date(2026, 12, 9)}, "not valid until a day before its issue"),
    ):
        with pytest.raises(Refused, match=reason):
            keep(world, **dates)
    assert (KeptPaper.objects.count(), StoredFile.objects.count()) == (0, 0)


# Keeping, renewing, removing


def test_a_paper_is_looked_into_before_any_row_is_held(world):
    paper, owner = keep(world), world.owner_of(world.a)
    locked = {"issued_on": paper.issued_on, "expires_on": None, "number": "", "by": owner}

    for act in (
        lambda file: vault.keep(world.a, kind=paper.kind, file=file, **locked),
        lambda file: vault.renew(paper, file=file, **locked),
    ):
        with (
            CaptureQueriesContext(connection) as asked,
            pytest.raises(Refused, match="locked with a password"),
        ):
            act(pdf(content=fixtures.locked_pdf()))
        assert [query["sql"] for query in asked if "SAVEPOINT" in query["sql"]] == []


def test_a_paper_is_kept_with_its_dates_and_a_trace(world):
    paper = keep(world)

    assert (paper.expires_on, paper.file.space, paper.file.name) == (
        date(2027, 3, 10),
        world.a.key,
        "D02.pdf",
    )
    assert [entry.verb for entry in audit.trail(world.a)] == ["register", "keep_paper"]


def test_a_viewer_and_a_rival_keep_and_remove_nothing(world):
    paper = keep(world)
    for who in (world.member(world.a, "viewer"), world.owner_of(world.b)):
        with pytest.raises(Denied):
            keep(world, by=who)
        with pytest.raises(Denied):
            vault.remove(paper, by=who)
    assert KeptPaper.objects.count() == 1


def test_a_renewed_paper_lets_go_of_the_earlier_file_and_a_correction_keeps_it(
    world, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        paper = renew(world, keep(world))
    corrected = renew(world, paper, None, issued_on=date(2026, 12, 1))

    assert (StoredFile.objects.count(), corrected.file) == (1, paper.file)
    assert len([path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]) == 1
    assert (corrected.issued_on, corrected.expires_on, corrected.number) == (
        date(2026, 12, 1),
        date(2027, 3, 1),
        "2026-002",
    )


def test_two_who_remove_the_same_paper_hear_that_it_is_gone(world):
    paper = keep(world)
    vault.remove(paper, by=world.owner_of(world.a))

    paper = KeptPaper(pk=paper.pk or 1, firm=world.a, kind=kind())
    with pytest.raises(Refused, match="not in the vault any more"):
        vault.remove(paper, by=world.owner_of(world.a))


def test_a_firm_keeps_a_gigabyte_in_vault_and_applications_together(world):
    draft = world.draft(world.r1, world.a)
    paper = keep(world)
    assert draft.documents.first().file.space == world.a.key
    StoredFile.objects.filter(pk=paper.file_id).update(size=rules.MAX_FIRM_BYTES - 2 * len(PDF) - len(PDF))

    keep(world)
    with pytest.raises(Refused, match="1 GB"):
        keep(world)
    with pytest.raises(Refused, match="1 GB"):
        intake.add_paper(
            draft, paper=draft.call.papers.get(code="D04"), upload=pdf(), by=draft.created_by, now=DURING
        )
    keep(world, firm=world.b)


def test_a_renewal_takes_the_room_of_the_earlier_file_where_nothing_else_holds_it(world):
    paper, new = keep(world), PDF + b"new"
    other = keep(world, "D04")
    StoredFile.objects.filter(pk=other.file_id).update(size=rules.MAX_FIRM_BYTES - len(new))

    paper = renew(world, paper, new)
    with pytest.raises(Refused, match="1 GB"):
        renew(world, paper, new + b"+")
    take(world.draft(world.r1, world.a, complete=False), paper)
    with pytest.raises(Refused, match="1 GB"):
        renew(world, paper, PDF)

    assert files.used(world.a.key) == rules.MAX_FIRM_BYTES
    assert KeptPaper.objects.get(pk=paper.pk).file == paper.file


@pytest.mark.postgresql
def test_two_uploads_at_once_do_not_exceed_what_a_firm_may_keep(committed, world):
    paper = keep(world)
    StoredFile.objects.filter(pk=paper.file_id).update(size=rules.MAX_FIRM_BYTES - len(PDF))

    outcomes = together(*[lambda: keep(world)] * 2)

    assert refusals(outcomes) == ["All files of your firm together may be 1 GB. Please remove some first."]
    assert KeptPaper.objects.count() == 2


# What an application takes


def take(draft, paper, code="D02", at=DURING):
    with clock.at(at):
        intake.take_paper(
            draft, paper=draft.call.papers.get(code=code), kept=paper, by=draft.created_by, now=at
        )


def test_an_application_takes_the_same_file_and_later_renewals_change_nothing_in_it(
    world, django_capture_on_commit_callbacks
):
    draft, paper = world.draft(world.r1, world.a), keep(world, content=PDF + b"kept")

    with django_capture_on_commit_callbacks(execute=True):
        take(draft, paper)
        renewed = renew(world, paper)
        vault.remove(renewed, by=world.owner_of(world.a))

    document = draft.documents.get(paper__code="D02")
    assert (document.file, document.expires_on) == (paper.file, date(2027, 3, 10))
    assert document.file.sha256 != renewed.file.sha256
    assert not StoredFile.objects.filter(pk=renewed.file_id).exists()
    with clock.at(DURING):
        receipt = intake.submit(draft, by=draft.created_by, arrived_at=DURING)
    assert document.file in [held.file for held in receipt.held.all()]


def test_a_taken_paper_takes_no_room_and_leaves_the_draft_without_leaving_the_vault(
    world, django_capture_on_commit_callbacks
):
    draft, paper = world.draft(world.r1, world.a), keep(world)
    take(draft, paper)

    with django_capture_on_commit_callbacks(execute=True):
        intake.remove_paper(draft, paper=draft.call.papers.get(code="D02"), by=draft.created_by, now=DURING)

    assert not Document.objects.filter(file=paper.file).exists()
    assert StoredFile.objects.filter(pk=paper.file_id).exists()


def test_the_file_counts_that_stands_in_the_vault_when_it_is_taken(world):
    """Renewed with a larger one between the page and the button."""
    draft, paper = world.draft(world.r1, world.a), keep(world)
    StoredFile.objects.filter(pk=draft.documents.get(paper__code="D01").file_id).update(
        size=200 * 1024 * 1024 - len(PDF)
    )
    renew(world, KeptPaper.objects.get(), PDF + b"and more")

    with pytest.raises(Refused, match="200 MB"):
        take(draft, paper)


def test_only_the_firms_own_paper_of_the_right_kind_is_taken(world):
    draft = world.draft(world.r1, world.a)

    with pytest.raises(Refused, match="another kind of paper"):
        take(draft, keep(world, "D08"))
    with pytest.raises(Refused, match="not in the vault any more"):
        take(draft, keep(world, firm=world.b))


# Warnings


def test_the_firm_is_warned_once_thirty_days_ahead_and_again_only_after_a_renewal(world):
    editor = world.member(world.a)
    world.member(world.a, "viewer")
    paper = keep(world)  # until 2027-03-10
    told = sorted([world.owner_of(world.a).email, editor.email])

    def warned_on(day):
        with clock.at(clock.kst(*day, 9)):
            warn_of_expiry()
        return sorted(letters("paper_expires"))

    assert warned_on((2027, 2, 7)) == []
    assert warned_on((2027, 2, 8)) == told
    assert warned_on((2027, 2, 9)) == told
    renew(world, KeptPaper.objects.get(pk=paper.pk), at=clock.kst(2027, 2, 10, 9))  # until 2027-05-10
    assert warned_on((2027, 4, 9)) == told
    assert warned_on((2027, 4, 10)) == sorted(told * 2)
    assert "2027. 5. 10." in Letter.objects.last().body


def test_a_certificate_of_thirty_days_is_warned_of_in_its_last_week(world):
    keep(world, "D05")  # until 2027-01-09

    for day, count in ((1, 0), (2, 1), (3, 1)):
        with clock.at(clock.kst(2027, 1, day, 9)):
            warn_of_expiry()
        assert len(letters("paper_expires")) == count


def test_the_firm_is_told_once_of_a_virus_in_its_vault(world):
    paper = keep(world)
    StoredFile.objects.filter(pk=paper.file_id).update(scan="infected", virus="Eicar")

    tell_of_viruses()
    tell_of_viruses()

    assert letters("paper_infected") == [world.owner_of(world.a).email]
    assert "Eicar" in Letter.objects.get(kind="paper_infected").body


# Pages


def test_the_page_shows_what_is_kept_its_standing_and_the_room(world):
    keep(world)
    client = world.client(world.owner_of(world.a))

    with clock.at(DURING + timedelta(days=70)):
        page = client.get(
            reverse("firms:vault", args=[world.a.key]), headers={"accept-language": "en"}
        ).content.decode()

    for part in ("D02.pdf", "2026-001", "Expires soon", "1 KB of 1 GB", "up to 30 MB"):
        assert part in page


def test_a_paper_is_added_renewed_and_removed_on_its_pages(world):
    client = world.client(world.owner_of(world.a))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    with clock.at(DURING):
        missing = client.post(
            reverse("firms:keep", args=[world.a.key]), {"kind": kind().pk, "issued_on": "2026-12-11"}
        )
        client.post(
            reverse("firms:keep", args=[world.a.key]),
            {"kind": kind().pk, "issued_on": "2026-12-01", "number": "1", "file": pdf()},
        )
        paper = KeptPaper.objects.get()
        client.post(
            paper.get_absolute_url(), {"issued_on": "2026-12-02", "expires_on": "2026-12-31", "number": "2"}
        )
        wrong = client.post(paper.get_absolute_url(), {"issued_on": "2026-12-02", "file": pdf(content=b"MZ")})
        paper.refresh_from_db()
        download = client.get(reverse("firms:kept_file", args=[world.a.key, paper.key]))
        assert b"".join(download.streaming_content) == PDF
        client.post(paper.get_absolute_url(), {"remove": "1"})

    assert "This field is required." in missing.content.decode()
    assert "still to come" in missing.content.decode()
    assert (wrong.status_code, "By its content this file is a programme" in wrong.content.decode()) == (
        409,
        True,
    )
    assert (paper.number, paper.expires_on) == ("2", date(2026, 12, 31))
    assert download["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    assert KeptPaper.objects.count() == 0


def test_the_vault_asks_as_often_for_many_papers_as_for_one(world):
    paper = keep(world)
    address = reverse("firms:vault", args=[world.a.key])

    def add():
        another(paper, file_id=another(paper.file, path=str(KeptPaper.objects.count())).pk)

    (one, queries), *others, (second, queries_of_the_second) = costs_of_a_list(
        world.client(world.owner_of(world.a)), address, add
    )

    assert [rows for rows, _queries in others] == [3, 50]
    assert {count for _rows, count in others} | {queries_of_the_second} == {queries}
    assert (one, second) == (1, 10)
