"""The lists of the review desk as data: what stands in intake/lists.py and how far each review is; and the reviewers.

Reviewers are some thousands: any column sorts, and a word is looked for in all of them.
"""

from dataclasses import replace
from functools import cache

from django.db.models import F, Prefetch, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from applications.calls.stages import Stage
from applications.firms.rules import business_number_in
from applications.intake.lists import DESK, ELIGIBLE, NUMBERS, SCORED
from applications.intake.models import Status
from applications.kernel import clock
from applications.kernel.exporting import Taken
from applications.kernel.lists import Choice, Column, Day, List, Number, Option, of_choices, of_terms
from applications.kernel.taxonomy import IndustryField, Region, RootTechnology, terms_of
from applications.review.models import RENEWED_EVERY, ReviewerProfile
from applications.review.payees import PayeeAccount
from applications.review.queries import desk, in_review, roster
from applications.review.visited import to_decide
from applications.templatetags.grants import business_number, day, instant


def statuses(by):
    """Where a review stands. All of them are of eligible applications: the word is understood as on the screening desk."""
    return [*of_choices(Status, Status.IN_REVIEW, Status.REVIEWED)(by), ELIGIBLE]


def waiting(by):
    return [
        Option("review", _("In review"), where=Q(pk__in=in_review().values("pk"))),
        Option("visit", _("Site visits to be decided"), where=Q(pk__in=to_decide().values("pk"))),
    ]


def link(application):
    return format_html(
        '<a href="{}">{}</a>', reverse("review:case", args=[application.key]), application.number
    )


OF_DESK = {column.name: column for column in DESK.columns}
FILTERS = {one.name: one for one in DESK.filters}

REVIEWS = List(
    "reviews",
    columns=(
        Column("number", _("Number"), lambda a: a.number, ("number",), show=link, order=("number",), css="nowrap"),
        OF_DESK["firm"],
        OF_DESK["field"],
        OF_DESK["status"],
        Column("stage", _("Stage"), lambda a: str(a.stage or ""), ("stage__kind",)),
        Column("sheets", _("Sheets"), lambda a: f"{a.sheets} / {a.asked}", ("sheets",), numeric=True),
        Column("conflicts", _("Conflicts"), lambda a: a.stepped_back, (), numeric=True),
        Column("score", _("Final score"), OF_DESK["score"].value, ("final_score",), show=OF_DESK["score"].show,
               order=("scored", "id"), largest=True, numeric=True),
        Column("spread", _("Spread"), OF_DESK["spread"].value, ("spread",), show=OF_DESK["spread"].show, numeric=True),
        Column("submitted", _("Arrived"), OF_DESK["submitted"].value, ("submitted_at",), show=OF_DESK["submitted"].show,
               order=("submitted_at", "id"), largest=True, css="nowrap", usual=False),
        *(replace(OF_DESK[name], usual=False) for name in ("title", "region", "call", "base_score", "bonus", "penalty", "firm_size", "firm_track")),
    ),
    filters=(
        Choice("status", _("Status"), "status", statuses, "status:eligible", shown="chips"),
        Choice("stage", _("Stage"), "stage__kind", of_choices(Stage.Kind), "stage:paper"),
        *(FILTERS[name] for name in ("call", "field", "region", "score")),
        Number("sheets", _("Sheets"), "sheets", "sheets:<3"),
        *(FILTERS[name] for name in ("reviewer", "submitted", "text")),
        Choice("waiting", _("Waits for an answer"), "", waiting, shown=""),
    ),
    sort="-submitted",
    words=_("Number, firm, title or business number"),
    rows=lambda by: desk().visible_to(by),
    address="review:desk",
    expressions={"scored": SCORED},
    numbers=NUMBERS,
    file=Taken("review.export", "reviews"),
)  # fmt: skip


@cache
def knowing(table, name):
    """{id of a word of a closed list: the condition that a reviewer knows it}; a closed list stays as it is."""
    through = getattr(ReviewerProfile, name).through.objects
    found = {
        term.pk: through.filter(**{table._meta.model_name: term.pk}).values("reviewerprofile")
        for term in terms_of(table)
    }
    return {pk: Q(pk__in=who) for pk, who in found.items()}


def known(table, name):
    """The options that the words of a closed list are, of which a reviewer knows several."""
    return lambda by: [
        Option(
            term.code,
            str(term),
            term.code,
            words=(term.name, term.name_en),
            where=knowing(table, name)[term.pk],
        )
        for term in terms_of(table)
    ]


STATES = {  # one and the same reviewer may be in several; the first three words say what keeps them from being asked
    "closed": _("Account deactivated"),
    "sanctioned": _("Sanctioned"),
    "full": _("Most sessions reached"),
    "renewal": _("Renewal due"),
}


def states(by):
    renewed = Q(confirmed_at__gte=clock.now() - RENEWED_EVERY)
    conditions = {
        "active": Q(user__is_active=True, sanctioned=False),
        "sanctioned": Q(sanctioned=True),
        "renewal": Q(confirmed_at=None) | ~renewed,
        "full": Q(sessions__gte=F("most_sessions")),
        "closed": Q(user__is_active=False),
    }
    labels = STATES | {"active": _("Active, not sanctioned")}
    return [Option(code, labels[code], code, where=where) for code, where in conditions.items()]


def state(profile):
    """The words for all that stands in the way of asking a reviewer, else that nothing does."""
    found = {
        "closed": not profile.user.is_active, "sanctioned": profile.sanctioned,
        "full": profile.sessions >= profile.most_sessions, "renewal": profile.is_stale,
    }  # fmt: skip
    return ", ".join(str(STATES[code]) for code, holds in found.items() if holds) or str(_("Can be asked"))


def of_reviewer(word):
    """Reviewers whose name, address, place of work or keywords hold this word."""
    places = ("user__name", "user__email", "affiliation", "department", "keywords")
    return Q(*((f"{place}__icontains", word) for place in places), _connector=Q.OR)


def to_reviewer(profile):
    return format_html('<a href="{}">{}</a>', profile.get_absolute_url(), profile.user.name)


def known_of(table, name):
    """What reviewers know of a closed list, read with them."""
    return Prefetch(name, table.objects.only("name", "name_en"), to_attr=f"known_{name}")


def words_of(terms):
    return ", ".join(map(str, terms))


REVIEWERS = List(
    "reviewers",
    columns=(
        Column("name", _("Name"), lambda p: p.user.name, ("user__name", "user__key"), show=to_reviewer, order=("user__name", "id"), css="nowrap"),
        Column("email", _("E-mail"), lambda p: p.user.email, ("user__email",), order=("user__email", "id"), usual=False),
        Column("affiliation", _("Affiliation"), lambda p: p.affiliation, ("affiliation",), order=("affiliation", "id")),
        Column("number", _("Business number"), lambda p: business_number(p.affiliation_number), ("affiliation_number",), css="nowrap", usual=False),
        Column("department", _("Department"), lambda p: p.department, ("department",), usual=False),
        Column("since", _("There since"), lambda p: p.since, ("since",), show=lambda p: day(p.since), usual=False),
        Column("kind", _("Kind"), lambda p: str(p.get_kind_display()), ("kind",), order=("kind", "id"), css="nowrap"),
        Column("region", _("Region"), lambda p: str(p.region or ""), ("region__name", "region__name_en")),
        Column("technology", _("Expertise"), lambda p: words_of(p.known_technologies), (), many=(known_of(RootTechnology, "technologies"),)),
        Column("field", _("New-industry fields"), lambda p: words_of(p.known_fields), (), usual=False, many=(known_of(IndustryField, "fields"),)),
        Column("keywords", _("Keywords"), lambda p: p.keywords, ("keywords",), usual=False),
        Column("sessions", _("Sessions this year"), lambda p: p.sessions, (), show=lambda p: f"{p.sessions} / {p.most_sessions}", order=("sessions", "id"), largest=True, numeric=True),
        Column("most", _("Most sessions a year"), lambda p: p.most_sessions, ("most_sessions",), numeric=True, usual=False),
        Column("confirmed", _("Confirmed"), lambda p: p.confirmed_at, ("confirmed_at",), show=lambda p: instant(p.confirmed_at), usual=False, css="nowrap"),
        Column("state", _("State"), state, ("user__is_active", "most_sessions", "confirmed_at")),
    ),
    filters=(
        Choice("kind", _("Kind"), "kind", of_choices(ReviewerProfile.Kind), "kind:academia"),
        Choice("technology", _("Expertise"), "", known(RootTechnology, "technologies"), _("technology:mould")),
        Choice("field", _("Field"), "", known(IndustryField, "fields"), _("field:giga")),
        Choice("region", _("Region"), "region", of_terms(Region), _("region:seoul")),
        Choice("state", _("State"), "", states, "state:sanctioned", shown="chips"),
        Number("sessions", _("Sessions this year"), "sessions", "sessions:>=10"),
        Day("confirmed", _("Confirmed"), "confirmed_at", "confirmed:<2027-01-20"),
    ),
    sort="name",
    words=_("Name, affiliation or keyword"),
    rows=lambda by: roster().visible_to(by),
    address="review:reviewers",
    expressions={"sessions": F("sessions")},
    numbers=(("affiliation_number", business_number_in),),
    holds=of_reviewer,
    key="id",
    file=Taken("reviewer.export", "reviewers"),
)  # fmt: skip


def to_payee(payee):
    return format_html('<a href="{}">{}</a>', reverse("review:payee", args=[payee.key]), payee.user.name)


def of_payee(word):
    return Q(user__name__icontains=word) | Q(user__email__icontains=word)


PAYEES = List(
    "payees",
    columns=(
        Column("name", _("Name"), lambda p: p.user.name, ("user__name",), show=to_payee, order=("user__name", "id")),
        Column("email", _("E-mail"), lambda p: p.user.email, ("user__email",), order=("user__email", "id")),
        Column("changed", _("Changed"), lambda p: p.changed_at, ("changed_at",), show=lambda p: instant(p.changed_at), order=("changed_at", "id"), largest=True, css="nowrap"),
    ),
    filters=(Day("changed", _("Changed"), "changed_at", "changed:>2027-01-20"),),
    sort="name",
    words=_("Name or e-mail"),
    rows=lambda by: PayeeAccount.objects.visible_to(by),
    address="review:payees",
    holds=of_payee,
    file=Taken("payee.export", "payees"),  # who has an account; never the account
)  # fmt: skip
