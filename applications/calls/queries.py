"""Reads of calls: what the public pages count, whom a notice is told, what stands against an extension.

Applications, firms and members belong to later rooms; they are asked for by the names of their relations only.
"""

from django.apps import apps
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from applications.accounts.models import Role, User
from applications.calls import rules, ruling, scale
from applications.calls.models import Call
from applications.calls.stages import Criterion
from applications.kernel.taxonomy import Region

MOST = 1000  # a tab counts no further
LATEST = 5  # questions that the notice itself shows
RESULTS = ("selected", "reserved", "declined", "agreed", "given_up")


def states_at(now):
    """{tab of the public list: (the calls on it, their order)}."""
    calls = Call.objects
    return {
        "open": (calls.open_at(now), ["closes_at", "id"]),
        "upcoming": (calls.upcoming_at(now), ["opens_at", "id"]),
        "past": (calls.past_at(now), ["-closes_at", "-id"]),
    }


def counts(found, now):
    """How many of these published calls are open, upcoming and past: one query that reads a thousand rows at most."""
    ended = Q(closes_at__lte=now) | Q(cancelled_at__isnull=False)
    return found.order_by("-closes_at", "-id")[:MOST].aggregate(
        open=Count("pk", filter=~ended & Q(opens_at__lte=now)),
        upcoming=Count("pk", filter=~ended & Q(opens_at__gt=now)),
        past=Count("pk", filter=ended),
    )


def notice(call):
    """What the public page of a call says beside its own texts."""
    published = call.inquiries.published().order_by("-ended_at", "-id")
    return {
        "announced_again": announced_again(call),
        "has_figures": call.fairness_reports.exists(),
        "inquiries": list(published[: LATEST + 1]) if call.published_at else [],
        "latest": LATEST,
        "stages": measures(call),
        "papers": [(paper, demand(paper)) for paper in call.papers.select_related("question")],
        "items": call.items.all(),
        "ties": ruling.tie_names(call),
        "quotas": call.quotas.select_related("field", "region"),
        "open_to": call.open_to.all(),
        "tracks": tracks_of(call),
        "regions": regions_of(call),
        "exclusions": rules.EXCLUSIONS.values(),
    }


def measures(call):
    """[(stage, [(group, [its criteria])])] of a call, in order; of a site visit its points stand on the stage: three queries."""
    found = {stage.pk: (stage, {}) for stage in call.stages.prefetch_related("points")}
    criteria = Criterion.objects.filter(group__stage__call=call).select_related("group")
    for criterion in criteria.order_by("group__stage__ordinal", "group__ordinal", "ordinal"):
        if criterion.anchors or criterion.by_steps:
            criterion.steps = scale.steps_of(criterion, scale=call.scale, step=call.step)
        _stage, groups = found[criterion.group.stage_id]
        groups.setdefault(criterion.group_id, (criterion.group, []))[1].append(criterion)
    return [(stage, list(groups.values())) for stage, groups in found.values()]


def notices_of(call):
    """The notices that have changed a call in their order, with what each has changed."""
    found = list(call.notices.all())
    for notice in found:
        notice.rows = rules.rows(notice)
    return found


def tracks_of(call):
    """The words of the tracks that a call is open to; none where it is for all."""
    return tracks_in_words(call.tracks)


def track_choices():
    """The tracks of firms, as choices; they belong to the room beside this one."""
    return apps.get_model("applications", "Firm").Track.choices


def tracks_in_words(codes):
    words = dict(track_choices())
    return [words[track] for track in codes]


def demand(paper):
    """Of which firms a paper is required, in words."""
    if paper.required and not paper.condition and not paper.tracks:
        return _("required")
    firms = paper.get_needed_from_display()
    if paper.required and not paper.condition:
        firms = ", ".join(map(str, tracks_in_words(paper.tracks)))
    return _("required of %(firms)s") % {"firms": firms} if firms else _("where it applies")


def regions_of(call):
    """The regions that a call is open to; none where it is for all."""
    return list(Region.objects.filter(code__in=call.regions)) if call.regions else []


def announced_again(call):
    """The public calls that announce this one again; only one that is over has any."""
    if call.state not in ("closed", "cancelled"):
        return []
    again = Call.objects.published().filter(copied_from=call, announces_again=True)
    return list(again.only("key", "number", "title"))


def firms_in(call):
    """How many firms have a draft or a submission in the call."""
    return call.applications.exclude(status="withdrawn").values("firm").distinct().count()


def with_unfilled(calls):
    """Those of these calls whose first published list left places unfilled, with how many: `unfilled`.

    Further lists fill no more places than the first one did; who an appeal selects stands beside them (docs/domain.md).
    """
    listed = Q(proposals__published_at__isnull=False, proposals__follows=None)
    selected = Q(proposals__places__result="selected")
    left = F("seats") + F("carried_seats") - Count("proposals__places", filter=listed & selected)
    return calls.filter(cancelled_at=None).filter(listed).annotate(unfilled=left).filter(unfilled__gt=0)


def to_carry(call):
    """Finished calls of the same programme whose unfilled places this one may take over: no other call has them."""
    taken = Call.objects.filter(carries_from=OuterRef("pk"), cancelled_at=None).exclude(pk=call.pk)
    found = Call.objects.published().filter(programme=call.programme_id).exclude(pk=call.pk)
    return with_unfilled(found.exclude(Exists(taken))).order_by("-closes_at", "-pk")


def written_in(call):
    """(drafts, applications handed in) that a cancellation puts an end to; changes to one handed in are no draft."""
    found = call.applications.filter(amends=None).exclude(status="withdrawn")
    counts = found.aggregate(
        drafts=Count("pk", filter=Q(status="draft")), handed_in=Count("pk", filter=~Q(status="draft"))
    )
    return counts["drafts"], counts["handed_in"]


def people_in(call):
    """Who is told of a notice: owners and editors of those firms, each once."""
    firms = call.applications.exclude(status="withdrawn").values("firm")
    members = Q(memberships__firm__in=firms, memberships__right__in=("owner", "editor"))
    return User.objects.filter(members, is_active=True).order_by("pk").distinct()


def is_screened(call):
    """Whether the screening of its applications has begun."""
    touched = Q(exclusions__isnull=False) | Q(supplements__isnull=False) | Q(checks__isnull=False)
    waiting = ("draft", "submitted", "withdrawn")
    return call.applications.filter(touched | ~Q(status__in=waiting)).exists()


def is_scored(call):
    """Whether a reviewer has ever handed a sheet in: from then on even the words of its criteria are fixed."""
    return call.applications.filter(assignments__events__kind="handed_in").exists()


def has_results(call, now):
    """Whether firms see a result: it has taken effect, or the instant of an approved list has come."""
    due = call.proposals.filter(Q(status="published") | Q(status="approved", publish_at__lte=now))
    return call.applications.filter(status__in=RESULTS).exists() or due.exists()


def officers():
    """Who may be given a question to answer."""
    return User.objects.filter(role=Role.OFFICER, is_active=True).order_by("name", "pk")
