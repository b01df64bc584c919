"""What our data knows of reviewers and of an application, in two queries for any number of reviewers; conflicts.py judges it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection

from applications.firms.rules.names import name_key
from applications.kernel import clock
from applications.review import conflicts
from applications.review.conflicts import Case, Party, Person, Tie
from applications.review.models import Affiliation, Assignment

# Every write of a score asks them, so they are written as they run; {who} and the like stand for as many places as there are
# values. Days and instants come as words: the parts of a union have one type on both databases.
OF_PEOPLE = f"""
    SELECT profile.user_id, 'tie', past.business_number, past.institution, past.role, CAST(past.until AS varchar(40))
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
    people = {profile.user_id: person(profile) for profile in profiles}
    for row in _of_people(application, list(people)):
        _add(people[row.who], row, application)
    case = _case(application, people.values())
    today, rules = clock.today(), application.call.conflicts
    return {who: conflicts.findings(one, case, rules, today=today) for who, one in people.items()}


def against(application, profile):
    """What stands against this reviewer in this application and bars them."""
    return [finding for finding in findings(application, [profile])[profile.user_id] if finding.bars]


def person(profile):
    """What a reviewer's profile itself says."""
    place = Party(profile.affiliation_number, profile.affiliation)
    return Person(profile.user.name, profile.user.email, profile.department, [Tie(place)])


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
            found.ties.append(Tie(Party(row.number, row.name), row.more, row.until))
        case "declared":
            back = row.name == Assignment.Declaration.CONFLICT
            found.declared.append((row.number, row.until, int(row.more) == application.pk, back))
        case "sanction":
            found.sanctions.append((row.until, row.name))
        case "waived":
            found.waived |= set(row.name.split())
        case "set_aside":
            found.was_set_aside = True


def _case(application, people):
    """All facts about an application that these people could stand in conflict with."""
    firm, asked = application.firm, application.challenge
    case = Case(Party(firm.business_number, firm.name), leader=str(application.answers.get("leader") or ""))
    places = [place for one in people for place in one.places]
    numbers = [*{place.number for place in places} - {""}] or [None]
    keys = [*{name_key(place.name) for place in places} - {""}] or [None]
    pk = application.pk
    values = [
        pk, application.firm_id, pk, asked.get("person", ""), asked.get("institution", ""), pk, application.call_id,
        *numbers, *keys,
    ]  # fmt: skip
    for row in _read(OF_CASE.format(numbers=_places(numbers), keys=_places(keys)), values):
        match row.kind:
            case "challenge":
                case.challenges.append((row.number, row.name))
            case "partner":
                case.partners.append(Party(row.number, row.name))
            case "mail":
                case.mail.add((row.more.rpartition("@")[2].lower(), Party(row.number, row.name)))
            case "applicant":
                case.applicants.append(Party(row.number, row.name))
    return case
