"""Reviewers as rows of an officer's workbook: what each row would do, and how it is written."""

from datetime import date

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role, User
from applications.accounts.rules import address_wrong
from applications.firms import rules as firm_rules
from applications.firms.importing import NUMBER_WRONG, choices, terms
from applications.kernel import cells, clock
from applications.kernel.cells import Wrong
from applications.kernel.sheets import Field, Outcome, Planned, Sheet
from applications.kernel.taxonomy import IndustryField, Region, RootTechnology
from applications.review import people
from applications.review.models import MOST_SESSIONS, ReviewerProfile

LEFT_OPEN = {
    "affiliation_number": "", "department": "", "since": None, "region": None, "fields": [], "keywords": "",
    "most_sessions": MOST_SESSIONS,
}  # fmt: skip
SHOWN = ("affiliation", "department")  # of a profile that an account without one would get


def address(kind, text):
    """An e-mail address in lower case, as accounts are kept; a link to it loses its beginning."""
    said = User.objects.normalise(cells.line(254)(kind, text).removeprefix("mailto:"))
    if reasons := address_wrong(said):
        raise Wrong(str(reasons[0]))
    return said


def sessions(kind, text):
    most = cells.whole(10_000)(kind, text)
    if not 1 <= most <= MOST_SESSIONS:
        raise Wrong(gettext("Please enter a number from 1 to %(most)d.") % {"most": MOST_SESSIONS})
    return most


def plan(rows):
    """What each row would do: a new reviewer, the profile of one who has none yet, nothing, or what is wrong.

    None that is here is ever changed by a file: reviewers keep their profiles themselves.
    """
    addresses, first = {values["email"] for _line, values in rows}, {}
    there = {
        user.email: user
        for user in User.objects.filter(email__in=addresses).select_related("reviewer_profile")
    }
    planned = []
    for line, values in rows:
        faults = faults_of(values, first.setdefault(values["email"], line), line)
        if faults:
            planned.append(Planned(Outcome.WRONG, faults=faults))
        else:
            planned.append(planned_for(there.get(values["email"]), values))
    return planned


def faults_of(values, first, line):
    """What is wrong with a row by itself, or beside the rows above it. first: the first line with its address."""
    faults = []
    if first != line:
        said = gettext("This reviewer stands in row %(line)d already.") % {"line": first}
        faults.append(["email", said])
    if number := values.get("affiliation_number"):
        faults += [["affiliation_number", str(reason)] for reason in firm_rules.number_wrong(number)]
    if values.get("since") and date.fromisoformat(values["since"]) > clock.today():
        faults.append(["since", gettext("This date is still to come.")])
    if not values["technologies"]:
        faults.append(["technologies", gettext("Please fill this in.")])
    return faults


def planned_for(user, values):
    if user is None:
        return Planned(Outcome.NEW)
    if user.role != Role.REVIEWER:
        said = gettext("There is an account with this address already, and it is no reviewer's: %(role)s.")
        return Planned(Outcome.WRONG, faults=[["email", said % {"role": user.get_role_display()}]])
    if not user.is_active:
        return Planned(Outcome.SAME, faults=[["email", gettext("The account of this reviewer is closed.")]])
    if hasattr(user, "reviewer_profile"):
        return Planned(Outcome.SAME, faults=[["email", str(people.KEPT_BY_ITS_REVIEWER)]])
    return Planned(Outcome.CHANGED, after={name: values[name] for name in SHOWN if values.get(name)})


def write(row, by, note):
    """Make the reviewer of a row: the account with its letter, if there is none, and the profile."""
    profile = LEFT_OPEN | row.values
    email, name = profile.pop("email"), profile.pop("name")
    profile["since"] = profile["since"] and date.fromisoformat(profile["since"])
    profile["region"] = profile["region"] and Region.objects.get(code=profile["region"])
    for names, table in (("technologies", RootTechnology), ("fields", IndustryField)):
        profile[names] = list(table.objects.filter(code__in=profile[names]))
    people.bring_in(email=email, name=name, **profile, by=by, note=note)


REVIEWERS = Sheet(
    "reviewers",
    _("Reviewers"),
    lead=("name", "email"),
    fields=(
        Field("email", _("E-mail"), address, _("The account is made under it, and the letter of invitation goes to it.")),
        Field("name", _("Name"), cells.line(60)),
        Field("affiliation", _("Affiliation"), cells.line(100)),
        Field("affiliation_number", _("Business registration number"), cells.digits(10, NUMBER_WRONG), _("Ten digits; leave empty if your institution has none."), required=False, as_text=True),
        Field("department", _("Department"), cells.line(100), _("The smallest unit that they belong to."), required=False),
        Field("since", _("There since"), cells.day, required=False),
        Field("kind", _("Kind"), options=choices(ReviewerProfile.Kind)),
        Field("region", _("Region"), options=terms(Region), required=False),
        Field("technologies", _("Expertise"), hint=_("One or more of the words, with commas between them."), many=True, options=terms(RootTechnology)),
        Field("fields", _("New-industry fields"), hint=_("One or more of the words, with commas between them."), many=True, options=terms(IndustryField), required=False),
        Field("keywords", _("Keywords"), cells.line(200), _("Set apart by commas."), required=False),
        Field("most_sessions", _("Most sessions a year"), sessions, required=False),
    ),
    plan=plan,
    write=write,
)  # fmt: skip
