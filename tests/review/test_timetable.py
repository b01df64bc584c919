"""The timetable of presentations: planning, the drawn order, telling, moving, who came (docs/domain.md, panels)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.calls.stages import Stage
from applications.intake.models import Application
from applications.intake.queries import people_of
from applications.kernel import audit, clock
from applications.kernel.errors import Denied
from applications.kernel.taxonomy import IndustryField
from applications.notifications.models import Letter
from applications.review import actions, drawing, people, seating, timetabling
from applications.review.sittings import Sitting, Slot, TalkOrder
from tests.asking import fresh, reasons, text
from tests.together import refusals, together
from tests.world import AFTER, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
DAY = clock.kst(2027, 1, 12, 10)


def letters(kind):
    return list(Letter.objects.filter(kind=kind).order_by("pk"))


class Hall:
    """A panel of a presentation with a chair, a member and some applications."""

    def __init__(self, world, count=3):
        self.world, field = world, IndustryField.objects.get(code="F2")
        self.call = world.call(outline="sprout_talk", quorum=3)
        self.stage = self.call.stages.get(kind="presentation")
        self.applications = [world.in_review(self.call, field=field) for _number in range(count)]
        Application.objects.filter(pk__in=[one.pk for one in self.applications]).update(stage=self.stage)
        self.panel = seating.make(self.call, stage=self.stage, name="Hall", fields=[field], by=world.officer)
        self.chair, self.member = world.seated(self.panel), world.seated(self.panel)
        seating.appoint(self.panel, member=self.chair, by=world.officer)

    def sitting(self, starts_at=DAY, **more):
        plan = {"slots": 3, "length": 20, "pause": 10, "place": "Room 7"} | more
        return timetabling.add_sitting(self.panel, starts_at=starts_at, **plan, by=self.world.officer)

    def draw(self):
        timetabling.draw_order(self.panel, by=self.world.officer)
        return self.slots

    def tell(self):
        return timetabling.tell(self.panel, by=self.world.officer)

    @property
    def slots(self):
        return list(self.panel.slots.select_related("hearing__application"))


def test_a_sitting_has_its_times_with_breaks_between_them():
    sitting = Sitting(starts_at=DAY, slots=3, length=20, pause=10)

    minutes = [((begin - DAY).seconds // 60, (end - DAY).seconds // 60) for begin, end in sitting.instants]

    assert minutes == [(0, 20), (30, 50), (60, 80)]
    assert sitting.ends_at == DAY + timedelta(minutes=80)


def test_the_order_is_the_same_again_whatever_order_the_numbers_come_in():
    numbers = [f"SP-2027-{number:04d}" for number in range(1, 20)]

    drawn = drawing.in_order(numbers, seed=5)

    assert drawing.in_order(numbers[::-1], seed=5) == drawn
    assert sorted(drawn) == numbers
    assert drawing.in_order(numbers, seed=6) != drawn


def test_the_order_is_drawn_with_a_seed_that_is_kept_and_fills_the_sittings_one_after_the_other(world):
    hall = Hall(world)
    hall.sitting(DAY + timedelta(hours=4), slots=2, place="https://meet.example/7")
    hall.sitting(slots=2)

    slots = hall.draw()

    drawn = TalkOrder.objects.get()
    assert [slot.hearing.application.number for slot in slots] == drawn.order
    assert drawn.order == drawing.in_order([one.number for one in hall.applications], seed=drawn.seed)
    assert [(slot.starts_at, slot.place) for slot in slots] == [
        (DAY, "Room 7"),
        (DAY + timedelta(minutes=30), "Room 7"),
        (DAY + timedelta(hours=4), "https://meet.example/7"),
    ]
    assert letters("talk_scheduled") == []
    [entry] = [one for one in audit.trail(hall.panel) if one.verb == "draw_order"]
    assert entry.after == {"seed": drawn.seed, "order": drawn.order}


def test_without_enough_times_nothing_is_drawn(world):
    hall = Hall(world)
    hall.sitting(slots=2)

    assert reasons(hall.draw) == ["There are 2 times for 3 applications. Please plan another sitting."]
    assert not TalkOrder.objects.exists()


def test_before_it_is_told_the_order_may_be_drawn_anew_and_each_draw_stays_on_record(world):
    hall = Hall(world)
    hall.sitting()
    hall.draw()

    hall.draw()

    assert TalkOrder.objects.count() == 2
    assert len(hall.slots) == 3
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        TalkOrder.objects.all()._raw_delete("default")


def test_what_was_told_stays_and_a_latecomer_gets_one_of_the_times_left(world):
    hall = Hall(world)
    hall.sitting(slots=4)
    before = [(slot.hearing_id, slot.starts_at) for slot in hall.draw()]
    hall.tell()
    assert reasons(hall.draw) == ["Every application has its time."]
    late = world.in_review(hall.call, field=IndustryField.objects.get(code="F2"))
    Application.objects.filter(pk=late.pk).update(stage=hall.stage)
    seating.gather(hall.stage, by=world.officer)

    hall.draw()

    after = [(slot.hearing_id, slot.starts_at) for slot in hall.slots]
    assert after[:3] == before
    assert (hall.slots[3].hearing.application, hall.slots[3].starts_at) == (
        late,
        DAY + timedelta(minutes=90),
    )


def test_firms_are_told_their_own_time_and_members_the_whole_once(world):
    hall = Hall(world)
    hall.sitting()
    slots = hall.draw()

    assert hall.tell() == 3
    assert reasons(hall.tell) == ["Everything has been told."]

    firms = {letter.to: letter.body for letter in letters("talk_scheduled")}
    assert set(firms) == {person for one in hall.applications for person in people_of(one)}
    first = slots[0].hearing.application
    [owner] = people_of(first)
    others = [one.number for one in hall.applications if one != first]
    assert first.number in firms[owner]
    assert not any(number in firms[owner] for number in others)
    members = letters("talks_scheduled")
    assert {letter.to for letter in members} == {hall.chair, hall.member}
    assert all(one.number in letter.body for letter in members for one in hall.applications)


def test_a_member_is_not_told_of_what_they_stand_in_conflict_with(world):
    hall = Hall(world)
    sheet = world.assigned(fresh(hall.applications[0]), hall.member, clear=False)
    actions.declare(sheet, code="C4", by=hall.member)
    people.add_affiliation(
        institution="A firm",
        business_number=hall.applications[2].firm.business_number,
        role="adviser",
        by=hall.member,
    )
    hall.sitting()
    hall.draw()
    hall.tell()

    [body] = [letter.body for letter in letters("talks_scheduled") if letter.to == hall.member]
    page = text(browser(hall.member).get(reverse("review:timetable", args=[hall.panel.key])))
    declared, free, found = (one.number for one in hall.applications)
    assert [[number in told for number in (declared, free, found)] for told in (body, page)] == [
        [False, True, False]
    ] * 2


def test_who_was_told_is_told_again_with_the_reason_when_a_time_changes(world):
    hall = Hall(world)
    hall.sitting()
    slot = hall.draw()[0]
    hall.tell()
    later = DAY + timedelta(hours=3)

    timetabling.move(slot, starts_at=later, place="Room 8", reason="The room is taken", by=world.officer)

    moved = fresh(slot)
    assert (moved.starts_at, moved.ends_at, moved.place) == (later, later + timedelta(minutes=20), "Room 8")
    assert moved.told_at == AFTER
    [letter] = letters("talk_moved")
    assert letter.to in people_of(slot.hearing.application)
    assert "The room is taken" in letter.body
    assert "Room 8" in letter.body
    assert len([one for one in letters("talks_scheduled") if "←" in one.body]) == 2
    [entry] = [one for one in audit.trail(slot.hearing.application) if one.verb == "move_talk"]
    assert (entry.note, entry.before["place"]) == ("The room is taken", "Room 7")


def test_what_nobody_was_told_moves_without_a_letter(world):
    hall = Hall(world)
    hall.sitting()
    slot = hall.draw()[0]

    timetabling.move(
        slot, starts_at=DAY + timedelta(hours=3), place="Room 7", reason="A break", by=world.officer
    )

    assert (letters("talk_moved"), fresh(slot).told_at) == ([], None)


def test_two_presentations_never_stand_at_one_time(world):
    hall = Hall(world)
    hall.sitting()
    first, second, _third = hall.draw()

    said = reasons(
        timetabling.move, first, starts_at=second.starts_at + timedelta(minutes=10), place="Room 7",
        reason="Earlier is better", by=world.officer,
    )  # fmt: skip

    assert said == ["Another application is presented at this time."]
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.filter(pk=first.pk).update(starts_at=second.starts_at, ends_at=second.ends_at)


def test_sittings_lie_ahead_and_apart_and_go_only_while_nobody_speaks_in_them(world):
    hall = Hall(world)
    first = hall.sitting()

    assert reasons(hall.sitting, AFTER) == ["This time is over already."]
    assert reasons(hall.sitting, DAY + timedelta(minutes=79)) == ["The panel sits at this time already."]
    second = hall.sitting(DAY + timedelta(minutes=80))
    hall.draw()
    assert reasons(timetabling.remove_sitting, first, by=world.officer) == ["Somebody speaks in these hours."]
    timetabling.remove_sitting(second, by=world.officer)
    assert list(hall.panel.sittings.all()) == [first]


def test_only_a_presentation_has_a_timetable(world):
    hall = Hall(world)
    paper = seating.make(
        hall.call, stage=hall.call.stages.get(kind="paper"), name="Paper",
        fields=[IndustryField.objects.get(code="F1")], by=world.officer,
    )  # fmt: skip

    assert reasons(
        timetabling.add_sitting,
        paper,
        starts_at=DAY,
        slots=1,
        length=20,
        pause=0,
        place="Room 7",
        by=world.officer,
    ) == ["Only a presentation review has a timetable."]
    assert Stage.Kind.PRESENTATION == "presentation"


def test_who_came_is_noted_by_office_or_chair_from_the_beginning_on(world):
    hall = Hall(world)
    hall.sitting()
    slot = hall.draw()[0]

    assert reasons(timetabling.note, slot, attendance="came", by=hall.chair) == ["Its time has not come yet."]
    with clock.at(slot.starts_at):
        assert reasons(timetabling.note, slot, attendance="-", by=hall.chair) == [
            "Please choose whether the firm came."
        ]
        timetabling.note(slot, attendance="absent", by=hall.chair)
        timetabling.note(slot, attendance="late", by=world.officer)
        for person in (hall.member, world.director, world.reviewer()):
            with pytest.raises(Denied):
                timetabling.note(slot, attendance="came", by=person)
        assert reasons(
            timetabling.move,
            slot,
            starts_at=DAY + timedelta(days=1),
            place="Room 7",
            reason="Not here",
            by=world.officer,
        ) == ["It is noted already whether the firm came."]
    assert (fresh(slot).attendance, fresh(slot).noted_by) == ("late", world.officer)
    assert [one.after for one in audit.trail(slot.hearing.application) if one.verb == "note_attendance"] == [
        {"attendance": "absent"},
        {"attendance": "late"},
    ]


def test_only_officers_plan_draw_tell_and_move(world):
    hall = Hall(world)
    hall.sitting()
    slot = hall.draw()[0]

    for person in (hall.chair, world.director, world.owner_of(hall.applications[0].firm)):
        for act in (
            lambda by=person: timetabling.draw_order(hall.panel, by=by),
            lambda by=person: timetabling.tell(hall.panel, by=by),
            lambda by=person: timetabling.move(slot, starts_at=DAY, place="R", reason="Because", by=by),
        ):
            with pytest.raises(Denied):
                act()


def test_a_firm_opens_its_own_time_once_it_was_told(world):
    hall = Hall(world)
    hall.sitting()
    slot = hall.draw()[0]
    owner = world.owner_of(slot.hearing.application.firm)
    rival = world.owner_of(hall.slots[1].hearing.application.firm)

    assert browser(owner).get(slot.get_absolute_url()).status_code == 404
    hall.tell()
    assert "Room 7" in text(browser(owner).get(slot.get_absolute_url()))
    assert browser(rival).get(slot.get_absolute_url()).status_code == 404


def test_staff_go_the_whole_way_on_the_pages(world):
    hall = Hall(world)
    client, key = browser(world.officer), hall.panel.key
    page = reverse("review:timetable", args=[key])
    form = {
        "starts_at": "2027-01-12T10:00",
        "slots": 3,
        "length": 20,
        "pause": 10,
        "place": "http://meet.example",
    }

    assert "3 applications have no time yet." in text(client.get(page))
    refused = client.post(reverse("review:add_sitting", args=[key]), form)
    assert "Please give a link that begins with https://." in text(refused)
    client.post(reverse("review:add_sitting", args=[key]), form | {"place": "https://meet.example/7"})
    client.post(reverse("review:draw_order", args=[key]))
    assert "Tell 3 firms and the panel" in text(client.get(page))
    client.post(reverse("review:tell_timetable", args=[key]))
    slot = hall.slots[0]
    client.post(
        reverse("review:move", args=[slot.key]),
        {"starts_at": "2027-01-12T15:00", "place": "Room 9", "reason": "The room is taken"},
    )
    assert "Drawn again: the same" in text(client.get(page))
    with clock.at(fresh(slot).starts_at):
        browser(world.officer).post(reverse("review:note", args=[slot.key]), {"attendance": "came"})
    assert (fresh(slot).place, fresh(slot).attendance) == ("Room 9", "came")


@pytest.mark.postgresql
def test_two_moves_to_one_time_at_once_leave_one(committed, world):
    with clock.at(AFTER):
        hall = Hall(world)
        hall.sitting()
        slots = hall.draw()

    def move(slot):
        with clock.at(AFTER):
            timetabling.move(
                slot, starts_at=DAY + timedelta(hours=5), place="R", reason="Because", by=world.officer
            )

    outcomes = together(*(lambda slot=slot: move(slot) for slot in slots[:2]))

    assert refusals(outcomes) == ["Another application is presented at this time."]
