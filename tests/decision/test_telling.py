"""What goes out with a list: the preview is the letter, and a corrected decision takes the place of what was told before."""

from datetime import timedelta

import pytest

from applications.accounts.models import User
from applications.decision import actions, continuing, telling
from applications.kernel import clock
from applications.kernel.accesslog import AccessEntry
from applications.notifications.models import Letter
from tests.decision.contested import (
    LAST_DAY,
    PUBLISHED,
    SCORES,
    appealed,
    approve_and_publish,
    decided,
    published_list,
)
from tests.decision.convened import closed, convened
from tests.decision.convened import decided as committee_decides
from tests.intake.test_receipt import words

pytestmark = pytest.mark.usefixtures("after_the_deadline")


def previewed(proposal):
    """{(address, subject, body)} of all letters as they are shown before."""
    places = telling.told(proposal).select_related("application__firm")
    return {
        (person.email, subject, body + "\n")
        for news in telling.news_of(proposal, places, now=clock.now())
        for person, subject, body in telling.letters_of(news)
    }


def written(proposal):
    """The same of the letters that were written."""
    found = Letter.objects.filter(event__startswith=f"result:{proposal.key}:")
    return set(found.values_list("address", "subject", "body"))


def test_the_preview_is_the_letter_of_a_first_and_of_a_further_list(world):
    english = world.person(language="en")
    firms = [world.firm(owner=english), *(world.firm() for _score in SCORES[1:])]
    firms[5] = world.firm(owner=world.person(language="en"))
    made = [world.with_score(world.r1, score, firm=firm) for score, firm in zip(SCORES, firms, strict=True)]
    first = actions.propose(world.r1, note="As ranked", by=world.officer)
    letters = Letter.objects.count()
    with clock.at(PUBLISHED):
        expected = previewed(first)
        assert (len(expected), Letter.objects.count()) == (len(made), letters)
        approve_and_publish(world, first)
    assert written(first) == expected
    assert sum("(appeal until 31 Dec 2026)" in subject for _to, subject, _body in expected) == 1

    made[0].refresh_from_db()
    continuing.give_up(made[0], reason="We cannot do it any more", by=english)
    decided(world, appealed(world, made[4]))
    with clock.at(LAST_DAY + timedelta(days=9)):
        further = continuing.propose(world.r1, note="After appeals", by=world.officer, replaces=1)
        expected = previewed(further)
        approve_and_publish(world, further)
    assert written(further) == expected
    kinds = set(
        Letter.objects.filter(event__startswith=f"result:{further.key}").values_list("kind", flat=True)
    )
    assert kinds == {"reserve_promoted", "result_published"}


def test_a_director_reads_the_letters_before_approving(world):
    application = world.with_score(world.r1, "91")
    proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
    listing = f"{proposal.get_absolute_url()}letters/"
    letter = f"{listing}{application.key}/"

    director, auditor = world.client(world.director), world.client(world.auditor)
    pages = [director.get(proposal.get_absolute_url()), director.get(listing), director.get(letter)]

    [(person, _subject, body)] = pages[2].context["letters"]
    assert listing in pages[0].content.decode()
    assert [answer.status_code for answer in pages] == [200] * 3
    assert (person, "91.00" in body) == (world.owner_of(application.firm), True)
    assert AccessEntry.objects.filter(actor=world.director, act="letter.preview").count() == 1
    assert [auditor.get(page).status_code for page in (listing, letter)] == [404, 404]
    assert listing not in auditor.get(proposal.get_absolute_url()).content.decode()


@pytest.mark.parametrize(("sent", "status"), [(True, "sent"), (False, "replaced")])
def test_a_corrected_decision_stops_letters_that_wait_and_explains_those_that_went(world, sent, status):
    first, made = published_list(world)
    before = Letter.objects.filter(event__startswith=f"result:{first.key}")
    if sent:
        before.update(status="sent")
    owner = world.owner_of(made[3].firm)
    User.objects.filter(pk=owner.pk).update(language="en")
    continuing.give_up(made[0], reason="We cannot do it any more", by=world.owner_of(made[0].firm))
    with clock.at(PUBLISHED + timedelta(days=3)):
        further = continuing.propose(world.r1, note="A place is free", by=world.officer, replaces=1)
        approve_and_publish(world, further)
        page = world.client(owner).get(f"/decisions/results/{made[3].key}/")

    statuses = dict(before.values_list("event", "status"))
    assert statuses.pop(f"result:{first.key}:{made[3].pk}") == status
    assert set(statuses.values()) == {"sent" if sent else "waiting"}  # of those whose decision stands
    [letter] = Letter.objects.filter(event__startswith=f"result:{further.key}")
    assert letter.subject == "[Further selection] From reserve 1 to selected"
    if sent:
        with clock.at(PUBLISHED + timedelta(days=3)):
            document = world.client(owner).get(f"/decisions/results/{made[3].key}/pdf/")
        said = " ".join(words(document.content).split())
        assert "In the place of Our notice of 21 Dec 2026, 12:00 (Reserve 1)" in said
        assert "decided anew" not in said  # a place has become free
    explained = "This takes the place of our notice of 21 Dec 2026, 12:00."
    assert explained in letter.body and "That one said: reserve 1." in letter.body
    assert explained in page.content.decode()


def test_who_was_decided_anew_reads_that_and_a_reserve_that_moves_by_it_reads_its_own_reason(world):
    _first, made = published_list(world)
    for firm in (made[4].firm, made[5].firm):
        User.objects.filter(pk=world.owner_of(firm).pk).update(language="en")
    decided(world, appealed(world, made[5]))
    type(made[5]).objects.filter(pk=made[5].pk).update(base_score=80, final_score=80)
    with clock.at(LAST_DAY + timedelta(days=9)):
        further = continuing.propose(world.r1, note="After appeals", by=world.officer, replaces=1)
        approve_and_publish(world, further)

    letters = Letter.objects.filter(event__startswith=f"result:{further.key}:")
    bodies = dict(letters.values_list("kind", "body"))
    assert "notice of 21 Dec 2026, 12:00, because it was decided anew. That one said: not selected." in bodies["result_published"]  # fmt: skip
    assert "notice of 21 Dec 2026, 12:00. That one said: reserve 2." in bodies["reserve_moved"]


def test_the_letters_of_a_list_ask_nothing_of_the_database_one_by_one(world, django_assert_num_queries):
    for score in ("90", "80"):
        world.with_score(world.rnd, score)
    proposal = actions.propose(world.rnd, note="As ranked", by=world.officer)
    places = telling.told(proposal).select_related("application__firm")
    news = telling.news_of(proposal, places, now=PUBLISHED)

    with django_assert_num_queries(0):
        bodies = [body for one in news for _person, _subject, body in telling.letters_of(one)]

    assert len(bodies) == 2
    assert all("2027. 1. 20." in body for body in bodies)


def test_a_kind_of_letter_is_shown_also_where_the_first_firm_of_it_can_not_be_written_to(world):
    made = [world.with_score(world.r1, score) for score in SCORES]
    meeting = convened(world)
    committee_decides(world, meeting, made[1], conditions="A buyer signs first")
    closed(world, meeting)
    for application in (made[0], made[5]):
        User.objects.filter(pk=world.owner_of(application.firm).pk).update(is_active=False)
    proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
    actions.approve(proposal, by=world.director)

    page = world.client(world.officer).get(f"{proposal.get_absolute_url()}publish/")

    shown = {(result, number): body for _kind, result, number, _subject, body in page.context["samples"]}
    assert list(shown) == [("conditional", 1), ("selected", 2), ("reserved", 2), ("declined", 1)]
    assert made[2].number in shown["selected", 2]
    assert shown["declined", 1] == ""
    assert "Nobody of these firms can be written to." in page.content.decode()
    entry = AccessEntry.objects.get(act="letter.preview")
    # Not who is first of each result.
    assert (entry.subject_kind, entry.subject_ids) == ("proposal", [proposal.pk])


def test_before_it_publishes_the_officer_reads_counts_one_letter_of_each_kind_and_that_of_any_firm(world):
    made = [world.with_score(world.r1, score) for score in SCORES]
    proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
    actions.approve(proposal, by=world.officer2)
    client, base = world.client(world.officer), proposal.get_absolute_url()

    publish = client.get(f"{base}publish/")
    listing = client.get(f"{base}letters/")
    letter = client.get(f"{base}letters/{made[5].key}/")

    assert [(kind, result, number) for kind, result, number, *_text in publish.context["samples"]] == [
        ("result_published", "selected", 3), ("result_published", "reserved", 2), ("result_published", "declined", 1),
    ]  # fmt: skip
    assert [row[0].application_id for row in listing.context["rows"]] == [a.pk for a in made]
    assert f"{base}letters/{made[5].key}/" in listing.content.decode()
    [(person, subject, body)] = letter.context["letters"]
    assert person == world.owner_of(made[5].firm)
    assert made[5].number in body and subject in letter.content.decode()
    assert AccessEntry.objects.filter(act="letter.preview", subject_ids=[made[5].pk]).exists()
    assert not Letter.objects.filter(kind="result_published").exists()
    for person in (world.auditor, world.ministry, world.owner_of(made[0].firm)):
        assert world.client(person).get(f"{base}letters/{made[0].key}/").status_code == 404

    actions.publish(proposal, by=world.officer)
    assert client.get(f"{base}letters/").status_code == 302
