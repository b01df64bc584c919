"""Who stands in a conflict with which of many applications: the facts about all of them in so many queries for each thousand, and the
rules asked only of whom an application has something in common with. The rules are those of conflicts.py; facts.py asks about one."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
from django.db.models import Q

from applications.firms.models import Member
from applications.firms.rules.names import name_key
from applications.intake.models import Application
from applications.intake.models.partners import Partner
from applications.kernel import clock
from applications.review import conflicts, facts
from applications.review.conflicts import OPEN_MAIL, Case, Party, Tie
from applications.review.models import Affiliation, Assignment, ChallengeAnswer, Sanction, Waiver

AT_ONCE = 1_000  # applications
NOWHERE = Party("", "")


class Crowd:
    """Many people, and what each of them could have in common with an application.

    Whoever is not `near` an application has nothing in common with it: the rules say of them what they say of an application of
    nobody (`far`). people: {id: Person}; applicants: those of the call.
    """

    def __init__(self, people, rules, *, applicants=(), today):
        self.people, self.rules, self.applicants, self.today = people, rules, list(applicants), today
        self.bound, self.domains, self.names, self.places, self.departments = (
            defaultdict(set) for _index in range(5)
        )
        for who, person in people.items():
            for tie in person.ties:
                for mark in marks(tie.to):
                    self.bound[mark].add(who)
            if person.domain not in OPEN_MAIL:
                self.domains[person.domain].add(who)
            self.names[name_key(person.name)].add(who)
            for place, department in person.units:
                self.places[name_key(place.name)].add(who)
                if key := name_key(department):
                    self.departments[key].add(who)
        nobody = Case(NOWHERE, applicants=self.applicants)
        self.far = {who for who, person in people.items() if self.bars(person, nobody)}

    def bars(self, person, case):
        """Whether a rule keeps this person from judging this application."""
        return any(one.bars for one in conflicts.findings(person, case, self.rules, today=self.today))

    def near(self, case):
        """Ids of all who have something in common with an application, beside what they said of it and what others decided."""
        found = {who for party in case.parties for mark in marks(party) for who in self.bound.get(mark, ())}
        for domain, _whose in case.mail:
            found |= self.domains.get(domain, set())
        for name, institution in case.challenges:
            if name:
                found |= self.names.get(name_key(name), set())
            else:
                found |= self.places.get(name_key(institution), set()) if institution else self.people.keys()
        if leader := name_key(case.leader):
            found |= {who for key, those in self.departments.items() if key in leader for who in those}
        for one in case.judged:
            found |= {who for party in one.of for mark in marks(party) for who in self.bound.get(mark, ())}
        return found


def marks(party):
    """What two parties are the same by."""
    if party.number:
        yield "number", party.number
    if key := name_key(party.name):
        yield "name", key


def survey(call, applications, profiles, *, among=None, tell=lambda part: None):
    """(barred, inside, allowed): tables applications x profiles, bool. inside: they work for one of those who apply; allowed: rule C14 is
    waived. among: the applications as a queryset, where they are few enough to be asked about at once by what they are, not by their
    ids. tell: called with the part that is done."""
    people = people_of(profiles)
    crowd = Crowd(people, call.conflicts, applicants=applicants_of(call, people), today=clock.today())
    judged = judgements_by_party(people) if "C14" in call.conflicts else {}
    place = {who: column for column, who in enumerate(people)}
    barred, inside, allowed = (np.zeros((len(applications), len(people)), dtype=bool) for _table in range(3))
    barred[:] = [who in crowd.far for who in people]
    for begin in range(0, len(applications), AT_ONCE):
        tell(begin / len(applications))
        some = applications[begin : begin + AT_ONCE]
        for row, (case, own) in enumerate(cases(some, crowd, judged, among), begin):
            for who in crowd.near(case) | own.keys():
                person, column = own.get(who) or people[who], place[who]
                barred[row, column] = crowd.bars(person, case)
                inside[row, column] = case.has(person)
                allowed[row, column] = "C14" in person.waived
    return barred, inside, allowed


def kept_out(call, profiles):
    """Ids of those whom a rule keeps from everything that is applied with in a call, whatever it is: those who are sanctioned (C12)."""
    people = people_of(profiles)
    return Crowd(people, call.conflicts, today=clock.today()).far


def rules_beyond(call, profile):
    """The findings by which the same holds of one: what bars them whatever they would judge."""
    [person] = people_of([profile]).values()
    return conflicts.findings(person, Case(NOWHERE), call.conflicts, today=clock.today())


def people_of(profiles):
    """{id: Person} of these profiles with their people, with all that does not depend on an application."""
    people = {profile.user_id: facts.person(profile) for profile in profiles}
    past = Affiliation.objects.filter(profile__user__in=people).order_by("pk")
    for who, number, name, role, department, until in past.values_list(
        "profile__user", "business_number", "institution", "role", "department", "until"
    ):
        people[who].ties.append(Tie(Party(number, name), role, until, department))
    members = Member.objects.filter(user__in=people).order_by("pk")
    for who, number, name in members.values_list("user", "firm__business_number", "firm__name"):
        people[who].ties.append(Tie(Party(number, name)))
    sanctions = Sanction.objects.filter(profile__user__in=people, lifted_at=None).order_by("pk")
    for who, until, reason in sanctions.values_list("profile__user", "until", "reason"):
        people[who].sanctions.append((until, reason))
    return people


def applicants_of(call, people):
    """Who applies in the call, as far as these people work there."""
    numbers, keys = facts.where([*people.values()])
    there = Q(firm__business_number__in=numbers) | Q(firm__name_key__in=keys)
    found = (
        Application.objects.filter(there, call=call).exclude(status__in=("draft", "withdrawn")).order_by("pk")
    )
    return [Party(*row) for row in found.values_list("firm__business_number", "firm__name")]


def judgements_by_party(people):
    """{mark of a judge: [(id of the application, Judgement)]} of all that the institutions of these people apply with."""
    found = defaultdict(list)
    for plan, one in facts.judgements([*people.values()]):
        for mark in marks(one.judge):
            found[mark].append((plan, one))
    return found


def cases(applications, crowd, judged, among=None):
    """For each application its Case, and {id: Person} of whom something is known that is of this application alone."""
    if among is None:
        ids, firms = [one.pk for one in applications], {one.firm_id for one in applications}
    else:
        ids, firms = among.order_by().values("pk"), among.order_by().values("firm")
    partners, houses = defaultdict(list), defaultdict(set)
    for pk, number, name, firm in (
        Partner.objects.standing().filter(application__in=ids).order_by("pk")
        .values_list("application", "business_number", "name", "firm")
    ):  # fmt: skip
        partners[pk].append(Party(number, name))
        houses[pk].add(firm)
    others = set().union(*houses.values()) - {None}
    mail = mail_of(Q(firm__in=firms) | Q(firm__in=others), crowd)
    answers = dict(_latest_answers(ids)) if any(one.challenge for one in applications) else {}
    leaders = {}
    if "C7" in crowd.rules:  # of the long answers of a plan this one alone
        leaders = dict(Application.objects.filter(pk__in=ids).order_by().values_list("pk", "answers__leader"))
    own = own_facts(ids, firms, crowd.people)
    for application in applications:
        firm, asked = application.firm, application.challenge
        case = Case(
            Party(firm.business_number, firm.name), partners=partners[application.pk], applicants=crowd.applicants,
            leader=str(leaders.get(application.pk) or ""),
            mail={pair for house in {application.firm_id, *houses[application.pk]} for pair in mail.get(house, ())},
        )  # fmt: skip
        whom = asked.get("person", ""), asked.get("institution", "")
        if answers.get(application.pk) == (*whom, True):
            case.challenges.append(whom)
        if judged:
            case.judged = list({
                id(one): one
                for party in case.parties for mark in marks(party)
                for plan, one in judged.get(mark, ()) if plan != application.pk
            }.values())  # fmt: skip
        yield case, own(application)


def mail_of(those, crowd):
    """Of the members of those firms: {id of a firm: {(domain, Party)}} of its people, as far as somebody of the crowd writes from the same domain."""
    found = defaultdict(set)
    rows = Member.objects.filter(those).order_by()
    for firm, number, name, email in rows.values_list(
        "firm", "firm__business_number", "firm__name", "user__email"
    ):
        if (domain := email.rpartition("@")[2].lower()) in crowd.domains:
            found[firm].add((domain, Party(number, name)))
    return found


def _latest_answers(ids):
    rows = ChallengeAnswer.objects.filter(application__in=ids).order_by("pk")
    for application, *said in rows.values_list("application", "person", "institution", "accepted"):
        yield application, tuple(said)


def own_facts(ids, firms, people):
    """What people declared of each firm, are allowed in each application and were set aside in, as a function: application →
    {id: Person with it}."""
    declared, waived, aside = (
        defaultdict(lambda: defaultdict(list)),
        defaultdict(lambda: defaultdict(set)),
        defaultdict(set),
    )
    told = ~Q(conflict_code="") | Q(status="set_aside")
    rows = Assignment.objects.filter(told, reviewer__in=people, application__firm__in=firms).order_by("pk")
    for firm, who, code, declaration, application, at, status in rows.values_list(
        "application__firm",
        "reviewer",
        "conflict_code",
        "declaration",
        "application",
        "declared_at",
        "status",
    ):
        if status == "set_aside":
            aside[application].add(who)
        if code:
            day = at and at.astimezone(clock.KST).date()
            declared[firm][who].append(
                (code, day, application, declaration == Assignment.Declaration.CONFLICT)
            )
    rows = Waiver.objects.filter(application__in=ids, reviewer__in=people).order_by("pk")
    for application, who, codes in rows.values_list("application", "reviewer", "codes"):
        waived[application][who] |= set(codes.split())

    def own(application):
        said, may, out = declared[application.firm_id], waived[application.pk], aside[application.pk]
        return {
            who: replace(
                people[who], waived=may.get(who, set()), was_set_aside=who in out,
                declared=[(code, day, pk == application.pk, back) for code, day, pk, back in said.get(who, ())],
            )
            for who in said.keys() | may.keys() | out
        }  # fmt: skip

    return own
