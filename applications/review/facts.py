"""What our data knows of reviewers and of an application, in two queries for any number of reviewers, a third where their institutions
apply; conflicts.py judges it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from applications.accounts.models import Role
from applications.firms.rules.names import name_key
from applications.kernel import clock
from applications.review import conflicts, queries
from applications.review.conflicts import Case, Judgement, Party, Person, Tie
from applications.review.models import Affiliation, Assignment, ReviewerProfile

# Every write of a score asks them, so they are written as they run; {who} and the like stand for as many places as there are
# values. Days and instants come as words: the parts of a union have one type on both databases.
OF_PEOPLE = f"""
    SELECT profile.user_id, 'tie', past.business_number, past.institution, past.role || ' ' || past.department,
        CAST(past.until AS varchar(40))
    FROM applications_affiliation past JOIN applications_reviewerprofile profile ON profile.id = past.profile_id
    WHERE profile.user_id IN ({{who}})
    UNION ALL
    SELECT member.user_id, 'tie', firm.business_number, firm.name, '{Affiliation.Role.EMPLOYEE.value}', NULL
    FROM applications_member member JOIN applications_firm firm ON firm.id = member.firm_id
    WHERE member.user_id IN ({{who}})
    UNION ALL
    SELECT asked.reviewer_id, 'declared', asked.conflict_code, asked.declaration,
        CAST(asked.application_id AS varchar(20)), CAST(asked.declared_at AS varchar(40))
    FROM applications_assignment asked JOIN applications_application plan ON plan.id = asked.application_id
    WHERE asked.conflict_code <> '' AND asked.reviewer_id IN ({{who}}) AND plan.firm_id = %s
    UNION ALL
    SELECT profile.user_id, 'sanction', '', sanction.reason, '', CAST(sanction.until AS varchar(40))
    FROM applications_sanction sanction JOIN applications_reviewerprofile profile ON profile.id = sanction.profile_id
    WHERE sanction.lifted_at IS NULL AND profile.user_id IN ({{who}})
    UNION ALL
    SELECT waiver.reviewer_id, 'waived', '', waiver.codes, '', NULL
    FROM applications_waiver waiver WHERE waiver.reviewer_id IN ({{who}}) AND waiver.application_id = %s
    UNION ALL
    SELECT asked.reviewer_id, 'set_aside', '', '', '', NULL FROM applications_assignment asked
    WHERE asked.status = 'set_aside' AND asked.reviewer_id IN ({{who}}) AND asked.application_id = %s"""
OF_CASE = """
    SELECT partner.id, 'partner', partner.business_number, partner.name, '', NULL
    FROM applications_partner partner WHERE partner.application_id = %s AND partner.status <> 'withdrawn'
    UNION ALL
    SELECT member.id, 'mail', firm.business_number, firm.name, person.email, NULL
    FROM applications_member member JOIN applications_firm firm ON firm.id = member.firm_id
        JOIN applications_user person ON person.id = member.user_id
    WHERE member.firm_id = %s OR member.firm_id IN (
        SELECT partner.firm_id FROM applications_partner partner
        WHERE partner.application_id = %s AND partner.status <> 'withdrawn' AND partner.firm_id IS NOT NULL)
    UNION ALL
    SELECT answer.id, 'challenge', answer.person, answer.institution, '', NULL
    FROM applications_challengeanswer answer
    WHERE answer.accepted AND answer.person = %s AND answer.institution = %s AND answer.id = (
        SELECT MAX(latest.id) FROM applications_challengeanswer latest WHERE latest.application_id = %s)
    UNION ALL
    SELECT other.id, 'applicant', firm.business_number, firm.name, '', NULL
    FROM applications_application other JOIN applications_firm firm ON firm.id = other.firm_id
    WHERE other.call_id = %s AND other.status NOT IN ('draft', 'withdrawn')
        AND (firm.business_number IN ({numbers}) OR firm.name_key IN ({keys}))"""
# Where their institutions apply, anywhere, or take part; and where those work at present who were asked to review that, when, and
# until when they did. An exception (C14) is one for both sides.
THEIRS = """
    SELECT plan.id, 'theirs', firm.business_number, firm.name, plan.number, NULL
    FROM applications_application plan JOIN applications_firm firm ON firm.id = plan.firm_id
    WHERE plan.id <> %s AND plan.status NOT IN ('draft', 'withdrawn')
        AND (firm.business_number IN ({numbers}) OR firm.name_key IN ({keys}))
    UNION ALL
    SELECT plan.id, 'theirs', partner.business_number, partner.name, plan.number, NULL
    FROM applications_partner partner JOIN applications_application plan ON plan.id = partner.application_id
    WHERE plan.id <> %s AND plan.status NOT IN ('draft', 'withdrawn')
        AND partner.status <> 'withdrawn' AND partner.business_number IN ({numbers})"""
WHO_JUDGES = f"""
    WITH asked AS (
        SELECT asked.application_id, asked.reviewer_id, profile.id, profile.affiliation_number, profile.affiliation,
            CAST(asked.assigned_at AS varchar(40)) AS since, CASE WHEN plan.status <> 'in_review' THEN
                CAST(COALESCE(asked.handed_in_at, asked.assigned_at) AS varchar(40)) END AS until
        FROM applications_assignment asked JOIN applications_application plan ON plan.id = asked.application_id
            JOIN applications_reviewerprofile profile ON profile.user_id = asked.reviewer_id
        WHERE asked.application_id IN ({{plans}}) AND asked.declaration <> 'conflict'
            AND asked.status NOT IN ('excluded', 'set_aside') AND NOT EXISTS (
                SELECT 1 FROM applications_waiver waiver WHERE waiver.application_id = asked.application_id
                    AND waiver.reviewer_id = asked.reviewer_id AND waiver.codes LIKE '%%C14%%'))
    SELECT asked.application_id, 'judge', asked.affiliation_number, asked.affiliation, asked.since, asked.until
    FROM asked
    UNION ALL
    SELECT asked.application_id, 'judge', firm.business_number, firm.name, asked.since, asked.until
    FROM asked JOIN applications_member member ON member.user_id = asked.reviewer_id
        JOIN applications_firm firm ON firm.id = member.firm_id
    UNION ALL
    SELECT asked.application_id, 'judge', place.business_number, place.institution, asked.since, asked.until
    FROM asked JOIN applications_affiliation place ON place.profile_id = asked.id
    WHERE place.until IS NULL AND place.role IN ({", ".join(f"'{role.value}'" for role in conflicts.EMPLOYED)})"""


@dataclass(frozen=True)
class Row:
    """One fact: about whom, of what kind, and what it says."""

    who: int
    kind: str
    number: str
    name: str
    more: str
    until: object


def _read(statement, values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Row(*values, until and _day(until)) for *values, until in cursor.fetchall()]


def _day(words):
    """The day in Korea of an instant in UTC, or a day as it is."""
    at = datetime.fromisoformat(words)
    return at.date() if len(words) == 10 else at.replace(tzinfo=at.tzinfo or UTC).astimezone(clock.KST).date()


def _places(values):
    """So many places of a statement as there are values."""
    return ", ".join(["%s"] * len(values))


def findings(application, profiles):
    """{id of the reviewer: what stands against them in this application}, for these profiles with their people."""
    people, case = known(application, profiles)
    today, rules = clock.today(), application.call.conflicts
    return {who: conflicts.findings(one, case, rules, today=today) for who, one in people.items()}


def of_strangers(application, strangers):
    """[what stands against each and bars them], by the rules of the call. strangers: (name, place of work) of people of whom no more
    is known; of whom the pool of reviewers knows by the same name and place, all that it knows counts too."""
    places = {(name, name_key(place)) for name, place in strangers}
    pool = {
        (profile.user.name, name_key(profile.affiliation)): profile
        for profile in ReviewerProfile.objects.filter(user__name__in={name for name, _key in places})
        .select_related("user")
        .order_by("pk")
        if (profile.user.name, name_key(profile.affiliation)) in places
    }
    told = [Person(name, ties=[Tie(Party("", place))]) for name, place in strangers]
    people, case = known(application, pool.values(), told)
    today, rules, found = clock.today(), application.call.conflicts, []
    for (name, place), one in zip(strangers, told, strict=True):
        if profile := pool.get((name, name_key(place))):
            one = people[profile.user_id]
            one.waived = set()  # an exception was for reviewing
        against = conflicts.findings(one, case, rules, today=today)
        found.append([finding for finding in against if finding.bars])
    return found


def known(application, profiles, beside=()):
    """({id of the reviewer: Person}, Case): what the rules are asked about, for these profiles with their people. beside: Persons that
    the Case is asked about too."""
    people = {profile.user_id: person(profile) for profile in profiles}
    for row in _of_people(application, list(people)):
        _add(people[row.who], row, application)
    return people, _case(application, [*people.values(), *beside], mutual="C14" in application.call.conflicts)


def against(application, profile):
    """What stands against this reviewer in this application and bars them."""
    return [finding for finding in findings(application, [profile])[profile.user_id] if finding.bars]


def halted(application, reviewer):
    """Why this reviewer goes on no further with an application, in words for them; asked again whenever they write, under the lock of
    their profile. Staff judge nothing."""
    if reviewer.role != Role.REVIEWER:
        return []
    return conflicts.halting(findings(application, [queries.profile_of(reviewer)])[reviewer.pk])


def person(profile):
    """What a reviewer's profile itself says."""
    place = Party(profile.affiliation_number, profile.affiliation)
    return Person(profile.user.name, profile.user.email, [Tie(place, department=profile.department)])


def _of_people(application, reviewers):
    """All facts about these reviewers, of what they did before, declared before and are barred by."""
    if not reviewers:
        return []
    who, firm, here = reviewers, [application.firm_id], [application.pk]
    values = [*who, *who, *who, *firm, *who, *who, *here, *who, *here]
    return _read(OF_PEOPLE.format(who=_places(who)), values)


def _add(found, row, application):
    match row.kind:
        case "tie":
            role, _space, department = row.more.partition(" ")
            found.ties.append(Tie(Party(row.number, row.name), role, row.until, department))
        case "declared":
            back = row.name == Assignment.Declaration.CONFLICT
            found.declared.append((row.number, row.until, int(row.more) == application.pk, back))
        case "sanction":
            found.sanctions.append((row.until, row.name))
        case "waived":
            found.waived |= set(row.name.split())
        case "set_aside":
            found.was_set_aside = True


def _case(application, people, *, mutual):
    """All facts about an application that these people could stand in conflict with. mutual: who reviews what they apply with, too."""
    firm, asked = application.firm, application.challenge
    case = Case(Party(firm.business_number, firm.name), leader=str(application.answers.get("leader") or ""))
    numbers, keys = where(people)
    pk, statement = application.pk, OF_CASE
    values = [
        pk, application.firm_id, pk, asked.get("person", ""), asked.get("institution", ""), pk, application.call_id,
        *numbers, *keys,
    ]  # fmt: skip
    if mutual:
        statement, values = f"{OF_CASE} UNION ALL {THEIRS}", [*values, pk, *numbers, *keys, pk, *numbers]
    theirs = defaultdict(list)
    for row in _read(statement.format(numbers=_places(numbers), keys=_places(keys)), values):
        match row.kind:
            case "theirs":
                theirs[row.who].append(row)
            case "challenge":
                case.challenges.append((row.number, row.name))
            case "partner":
                case.partners.append(Party(row.number, row.name))
            case "mail":
                case.mail.add((row.more.rpartition("@")[2].lower(), Party(row.number, row.name)))
            case "applicant":
                case.applicants.append(Party(row.number, row.name))
    case.judged = [judgement for _plan, judgement in _judged(theirs)]
    return case


def where(people):
    """The numbers and the keys of names of the places where these people work at present; none: a value that nothing is."""
    places = [place for one in people for place in one.places]
    return (
        [*{place.number for place in places} - {""}] or [None],
        [*{name_key(place.name) for place in places} - {""}] or [None],
    )


def judgements(people):
    """[(id of the application, Judgement)] of all that the institutions of these people apply with or take part in, anywhere."""
    numbers, keys = where(people)
    statement = THEIRS.format(numbers=_places(numbers), keys=_places(keys))
    theirs, nothing = defaultdict(list), 0  # no application is left out
    for row in _read(statement, [nothing, *numbers, *keys, nothing, *numbers]):
        theirs[row.who].append(row)
    return _judged(theirs)


def _judged(theirs):
    """The same of applications that are known. theirs: {id of the application: Rows of those who make it}."""
    judges = _read(WHO_JUDGES.format(plans=_places(theirs)), [*theirs]) if theirs else []
    parties = {plan: tuple(Party(one.number, one.name) for one in rows) for plan, rows in theirs.items()}
    return [
        (
            judge.who,
            Judgement(
                Party(judge.number, judge.name),
                parties[judge.who],
                theirs[judge.who][0].more,
                _day(judge.more),
                judge.until,
            ),
        )
        for judge in judges
    ]
