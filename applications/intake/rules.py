"""WHETHER of intake: what is missing, what the state may give, what makes an application ineligible."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from applications.firms.models import Firm
from applications.kernel.clock import KST
from applications.kernel.errors import Reason
from applications.kernel.money import ceil_thousand, floor_thousand

SECTION_OF = {  # where each part of a draft is written
    "title": "project",
    "field": "project",
    "technologies": "project",
    "summary": "project",
    "total_krw": "money",
    "requested_krw": "money",
    "cash_krw": "money",
    "answers": "plan",
    "consents": "pledges",
}
MAX_APPLICATION_BYTES = 200 * 1024 * 1024
MAX_SUPPLEMENTS = 2
SHARES_VERSION = "2024-12-31"  # of the table below: 국가연구개발혁신법 시행령 제19조, 별표 1
SHARES = {  # size class: most the state gives (%), least of the own share in cash (%)
    Firm.Size.SMALL: (75, 10),
    Firm.Size.EARLY_MID: (70, 10),
    Firm.Size.MID: (70, 13),
    Firm.Size.LARGE: (50, 15),
}
PLEDGES = {
    "true": _("What this application says is true; false statements lead to exclusion."),
    "credit": _("The firm's credit and tax status may be looked up for the review."),
    "ethics": _("The firm keeps research ethics and offers nothing to reviewers or staff."),
    "provide": _(
        "The application may be given to the ministry, the agency and the reviewers for the review."
    ),
}


@dataclass(frozen=True)
class Gap(Reason):
    """A reason that also says in which section it is mended."""

    section: str = ""


def shown(instant):
    """An instant as people read it: 2026-12-15 18:00:00 KST."""
    return instant.astimezone(KST).strftime("%Y-%m-%d %H:%M:%S KST")


def late(call, *, now):
    """The closing instant is exclusive: an arrival at it is late (docs/domain.md, deadlines)."""
    if call.is_open_at(now):
        return []
    if call.published_at and now >= call.closes_at:
        return [
            Reason(
                _("The call closed at %(closes)s; this arrived at %(arrived)s. Your draft is kept.")
                % {"closes": shown(call.closes_at), "arrived": shown(now)}
            )
        ]
    return [Reason(_("The call is not open yet."))]


def sections(call):
    """The sections of an application to this call, in order."""
    return ["project", *(["money"] if call.is_rnd else []), "plan", "papers", "pledges"]


def largest_grant(size, total_krw):
    """The most that the state gives toward a total cost, in won, rounded down to a thousand."""
    return floor_thousand(total_krw * SHARES[size][0] // 100)


def least_cash(size, own_krw):
    """The least of the own share that is paid in cash, in won, rounded up to a thousand but never above the share."""
    return min(own_krw, ceil_thousand(-(-own_krw * SHARES[size][1] // 100)))


def money_faults(size, ceiling_krw, *, total_krw, requested_krw, cash_krw):
    """Why these amounts cannot be (docs/domain.md, cost sharing). All in won."""
    faults = []
    if requested_krw > total_krw:
        return [Gap(_("The grant is more than the total cost."), "requested_krw", "money")]
    if ceiling_krw and requested_krw > ceiling_krw:
        faults.append(
            Gap(
                _("The ceiling of this call is %(krw)s won.") % {"krw": f"{ceiling_krw:,}"},
                "requested_krw",
                "money",
            )
        )
    if requested_krw > (most := largest_grant(size, total_krw)):
        faults.append(
            Gap(
                _("For your size class the state gives at most %(percent)d%% of the total: %(krw)s won.")
                % {"percent": SHARES[size][0], "krw": f"{most:,}"},
                "requested_krw",
                "money",
            )
        )
    own = total_krw - requested_krw
    if cash_krw < (least := least_cash(size, own)):
        faults.append(
            Gap(
                _("At least %(percent)d%% of your own share is paid in cash: %(krw)s won.")
                % {"percent": SHARES[size][1], "krw": f"{least:,}"},
                "cash_krw",
                "money",
            )
        )
    if cash_krw > own:
        faults.append(
            Gap(_("More cash than your own share of %(krw)s won.") % {"krw": f"{own:,}"}, "cash_krw", "money")
        )
    return faults


def missing(application):
    """Every gap of a draft, each with its section and field; an empty list means complete."""
    call = application.call
    gaps = []
    for name, label in (
        ("title", _("title of the plan")),
        ("summary", _("summary")),
        ("field_id", _("new-industry field")),
    ):
        if not getattr(application, name):
            gaps.append(Gap(_("Missing: %(what)s") % {"what": label}, name.removesuffix("_id"), "project"))
    if not application.technologies.exists():
        gaps.append(Gap(_("Missing: %(what)s") % {"what": _("root technologies")}, "technologies", "project"))
    if call.is_rnd:
        gaps += missing_money(application)
    for question in call.questions.all():
        if question.required and application.answers.get(question.code) in (None, ""):
            gaps.append(
                Gap(_("Missing: %(what)s") % {"what": question.label}, f"answer_{question.code}", "plan")
            )
    present = set(application.documents.values_list("paper_id", flat=True))
    for paper in call.papers.all():
        if paper.required and paper.pk not in present:
            gaps.append(Gap(_("Missing: %(what)s") % {"what": paper.name}, f"paper_{paper.code}", "papers"))
    if any(not application.consents.get(code) for code in PLEDGES):
        gaps.append(Gap(_("Missing: %(what)s") % {"what": _("pledges and consents")}, "true", "pledges"))
    return gaps


def missing_money(application):
    amounts = {name: getattr(application, name) for name in ("total_krw", "requested_krw", "cash_krw")}
    labels = {
        "total_krw": _("total cost"),
        "requested_krw": _("grant asked for"),
        "cash_krw": _("own share in cash"),
    }
    gaps = [
        Gap(_("Missing: %(what)s") % {"what": labels[name]}, name, "money")
        for name, krw in amounts.items()
        if krw is None
    ]
    return gaps or money_faults(application.firm.size, application.call.ceiling_krw, **amounts)


def stale(application, sections, *, version):
    """A section was saved after the page was loaded: what was typed here must not overwrite it unseen.

    version: what the page was loaded with. A save of another section is none of its business.
    """
    if all(application.section_versions.get(section, 0) <= version for section in sections):
        return []
    return [
        Reason(
            _(
                "This section was saved elsewhere in the meantime. Compare the two texts below, then save again."
            )
        )
    ]


def gaps(application, *, now):
    """What still stands between this draft and its submission at this instant (now: the arrival)."""
    return late(application.call, now=now) or second(application) or missing(application)


SECOND = _("Your firm has an application in this call already; one firm hands in one.")


def second(application):
    """One application per firm and call (docs/domain.md, eligibility E13)."""
    others = type(application).objects.filter(call=application.call_id, firm=application.firm_id)
    if others.exclude(pk=application.pk).exclude(status__in=("draft", "withdrawn")).exists():
        return [Reason(SECOND)]
    return []


def overdue(supplement, *, now):
    """The due instant of a supplement is exclusive, like that of a call."""
    if now < supplement.due_at:
        return []
    return [
        Reason(
            _("The supplement was due at %(due)s; this arrived at %(arrived)s.")
            % {"due": shown(supplement.due_at), "arrived": shown(now)}
        )
    ]


def supplement_faults(supplement, application, *, now):
    """Why a supplement cannot be handed in at this instant: too late, or a named paper is untouched."""
    if reasons := overdue(supplement, now=now):
        return reasons
    renewed = set(
        application.documents.filter(added_at__gte=supplement.requested_at).values_list("paper_id", flat=True)
    )
    return [
        Gap(_("Not yet renewed: %(what)s") % {"what": paper.name}, f"paper_{paper.code}", "papers")
        for paper in supplement.papers.all()
        if paper.pk not in renewed
    ]


def supplement_request_faults(application, *, due_at, now):
    """Why no supplement can be asked for: two rounds are over, the time is too short, or an exclusion waits."""
    faults = exclusion_waits(application)
    if application.supplements.count() >= MAX_SUPPLEMENTS:
        faults.append(Reason(_("A supplement is asked for at most twice.")))
    if due_at < now + timedelta(hours=24):
        faults.append(Reason(_("Leave the firm at least 24 hours."), "due_at"))
    return faults


def supplement_runs(application, *, now):
    """The desk goes on without a supplement only when its time is over."""
    due_at = application.supplements.open().get().due_at
    if now < due_at:
        return [Reason(_("The firm has until %(due)s to hand the supplement in.") % {"due": shown(due_at)})]
    return []


def exclusion_waits(application):
    """Screening goes on when no proposed exclusion waits for the director."""
    if application.exclusions.filter(answered_at=None).exists():
        return [Reason(_("A proposal to rule it out waits for the director."))]
    return []
