"""Reads of panels: which one hears an application, who sits in it, who may be asked."""

from collections import Counter, defaultdict, namedtuple

from django.db.models import Count, Exists, F, OuterRef, Q

from applications.calls.stages import Stage
from applications.intake.models import Application, Status
from applications.kernel import clock
from applications.kernel.taxonomy import IndustryField, RootTechnology
from applications.review import drawing, queries, rules, surveying
from applications.review.models import Assignment, ReviewerProfile
from applications.review.panels import Hearing, Panel, Panelist

KINDS = ReviewerProfile.Kind
Applicant = namedtuple("Applicant", "business_number name")
# What conflicts are found by of an application, without the rest of its row.
Heard = namedtuple("Heard", "pk number firm_id challenge firm")
ACTIVE = (Panelist.Status.INVITED, Panelist.Status.ACCEPTED)


def panels_of(call):
    """The panels of a call with what a list of them shows."""
    seats = Q(panelists__status=Panelist.Status.ACCEPTED)
    waits = Q(panelists__status=Panelist.Status.INVITED, panelists__answer_by__gt=clock.now())
    return (
        call.panels.select_related("stage", "chair", "secretary", "made_by")
        .annotate(
            members=Count("panelists", filter=seats, distinct=True),
            invited=Count("panelists", filter=waits, distinct=True),
            heard=Count("hearings", distinct=True),
        )
        .order_by("stage__ordinal", "ordinal")
    )


def locked(pk):
    """A panel under its lock. It is taken before that of any application, so that nobody waits for each other."""
    found = Panel.objects.select_for_update(of=("self",), no_key=True)
    return found.select_related("call", "stage", "chair", "secretary", "made_by").get(pk=pk)


def lock_all(panels):
    """Take the locks of several panels, always in one order: two who need them all never hold half of them each."""
    return list(panels.select_for_update(of=("self",), no_key=True).order_by("pk"))


def hearing(application, panels=Panel.objects):
    """The panels that hear an application. Where an appeal has set its sheets aside a panel binds nobody any more: others score it."""
    aside = Assignment.objects.filter(application=application, stage=OuterRef("stage"), status="set_aside")
    return panels.filter(~Exists(aside), hearings__application=application)


def is_scored_again(application):
    """Whether an appeal has set sheets of the stage aside that an application is in."""
    return application.assignments.filter(stage=application.stage_id, status="set_aside").exists()


def locked_of(application, stage):
    """The panel that hears an application in a stage, under its lock; None where there is none. application, stage: ids."""
    found = Panel.objects.select_for_update(of=("self",), no_key=True)
    return hearing(application, found).filter(stage=stage).first()


def locked_now(application):
    """The panel that hears an application in the stage that it is in now, under its lock. application: its id."""
    found = Panel.objects.select_for_update(of=("self",), no_key=True)
    return hearing(application, found).filter(hearings__application__stage=F("stage")).first()


def of_sheet(assignment):
    """The panel that hears what a sheet is about; None where there is none."""
    return hearing(assignment.application_id).filter(stage=assignment.stage_id).first()


def may_sit(panel, reviewer):
    """Whether a reviewer is a member of the panel."""
    return panel.panelists.at_table().filter(user=reviewer).exists()


def outside(panel, reviewer):
    """Why a reviewer is not asked for a sheet of what a panel hears; none where there is no panel."""
    if panel is None:
        return []
    return drawing.closed(panel) or (
        [] if may_sit(panel, reviewer) else [drawing.no_member(panel, reviewer.name)]
    )


def members_by_panel(stage):
    """{application id: ids of the members of its panel}, for those of a stage that a panel hears."""
    seats = defaultdict(set)
    for panel, user in (
        Panelist.objects.at_table().filter(panel__stage=stage).order_by().values_list("panel", "user")
    ):
        seats[panel].add(user)
    aside = Assignment.objects.filter(stage=stage, status="set_aside").values("application")
    found = Hearing.objects.filter(stage=stage).exclude(application__in=aside)
    heard = found.order_by().values_list("application", "panel")
    return {application: seats[panel] for application, panel in heard}


def scopes(stage):
    """[(panel, ids of its fields, of its technologies, of the applications that are picked)] of the panels that are not closed, in order."""
    found = stage.panels.exclude(status=Panel.Status.CLOSED).order_by("ordinal")
    found = found.prefetch_related("fields", "technologies", "picked")
    return [
        (
            panel,
            {field.pk for field in panel.fields.all()},
            {technology.pk for technology in panel.technologies.all()},
            {application.pk for application in panel.picked.all()},
        )
        for panel in found
    ]


def panel_for(application, scopes):
    """The panel that an application comes before: the one that picked it, else the first whose scope it fits; or None."""
    for panel, _fields, _technologies, picked in scopes:
        if application.pk in picked:
            return panel
    of = application.field_id, {technology.pk for technology in application.technologies.all()}
    for panel, fields, technologies, _picked in scopes:
        if drawing.fits(of, fields, technologies):
            return panel
    return None


def without_panel(stage):
    """Applications under review in a stage that no panel hears yet."""
    found = Application.objects.filter(call=stage.call_id, stage=stage, status=Status.IN_REVIEW)
    return found.exclude(hearings__stage=stage).prefetch_related("technologies").order_by("pk")


def knowledge_of(panel):
    """(ids of technologies, ids of fields) that its members should know: its scope, or what its applications are about."""
    technologies = set(panel.technologies.values_list("pk", flat=True))
    fields = set(panel.fields.values_list("pk", flat=True))
    if technologies or fields:
        return technologies, fields
    of = panel.hearings.values("application")
    picked = panel.picked.values("pk")
    found = Application.objects.filter(Q(pk__in=of) | Q(pk__in=picked))
    return (
        set(RootTechnology.objects.filter(application__in=found).values_list("pk", flat=True)),
        set(IndustryField.objects.filter(pk__in=found.values("field")).values_list("pk", flat=True)),
    )


def knows(profile, technologies, fields):
    """How much of what a panel is about a reviewer knows: shared technologies and fields."""
    return sum(one.pk in technologies for one in profile.technologies.all()) + sum(
        one.pk in fields for one in profile.fields.all()
    )


def conflicts_in(panel, profiles):
    """{reviewer id: {id: number} of the applications of the panel that they may not judge}, in so many queries for all as for one."""
    heard, found = Application.objects.filter(hearings__panel=panel), defaultdict(dict)
    rows = heard.order_by("hearings__pk").values_list(
        *Heard._fields[:-1], "firm__business_number", "firm__name"
    )
    applications = [Heard(*row[:-2], Applicant(*row[-2:])) for row in rows]
    barred, _inside, _allowed = surveying.survey(panel.call, applications, profiles, among=heard)
    for row, column in zip(*barred.nonzero(), strict=True):
        found[profiles[column].user_id][applications[row].pk] = applications[row].number
    return found


def in_any_conflict(panel, people):
    """Ids of those who stand in conflict with something that the panel hears, or would with whatever comes before it."""
    profiles = [person.reviewer_profile for person in people]
    return surveying.kept_out(panel.call, profiles) | conflicts_in(panel, profiles).keys()


def useless(panel, profiles, conflicts=None):
    """Ids of those who may judge nothing that a panel hears; nor anything of the call, where it hears nothing yet. conflicts: of them,
    where they are known."""
    heard = panel.hearings.count()
    if not heard:
        return surveying.kept_out(panel.call, profiles)
    conflicts = conflicts_in(panel, profiles) if conflicts is None else conflicts
    return {who for who, numbers in conflicts.items() if len(numbers) == heard}


def candidates(panel):
    """([(person, how much they know, institution)] who may be drawn now, {why: how many are not})."""
    people = list(queries.reviewers(beside=panel.stage))
    asked = set(panel.panelists.values_list("user", flat=True))
    technologies, fields = knowledge_of(panel)
    out, able = Counter(), []
    for person in people:
        profile = person.reviewer_profile
        if person.pk in asked:
            out["asked"] += 1
        elif rules.beyond_cap(profile, person.sessions):
            out["full"] += 1
        elif not (known := knows(profile, technologies, fields)):
            out["expertise"] += 1
        else:
            able.append((person, known, rules.house(profile)))
    barred = in_any_conflict(panel, [person for person, *_rest in able])
    out["conflict"] = sum(person.pk in barred for person, *_rest in able)
    return [row for row in able if row[0].pk not in barred], dict(out)


def at_table(panel):
    """Everybody invited to a panel, with their profiles."""
    return panel.panelists.select_related("user__reviewer_profile__region", "invited_by").order_by("pk")


def seated(panel):
    """{account key: (kind, institution, None once they are out)} of everybody asked so far."""
    return {
        str(one.user.key): (
            one.user.reviewer_profile.kind,
            rules.house(one.user.reviewer_profile) if one.status in ACTIVE and not one.is_late else None,
        )
        for one in at_table(panel)
    }


def sat_before(panel, reviewers):
    """{reviewer id: earlier years in which they judged in calls of the same programme}."""
    call = panel.call
    stages = Stage.objects.filter(call__programme=call.programme_id, call__year__lt=call.year)
    sheets = Assignment.objects.filter(stage__in=stages, reviewer__in=reviewers).exclude(
        declaration="conflict"
    )
    seats = Panelist.objects.at_table().filter(panel__stage__in=stages, user__in=reviewers)
    found = defaultdict(set)
    for who, year in [
        *sheets.order_by().values_list("reviewer", "stage__call__year").distinct(),
        *seats.order_by().values_list("user", "panel__stage__call__year").distinct(),
    ]:
        found[who].add(year)
    return {who: sorted(years) for who, years in found.items()}


def invitations(user, now):
    """Invitations that a reviewer can still answer, those that end first on top."""
    found = Panelist.objects.visible_to(user).unanswered(now)
    return found.select_related("panel__call", "panel__stage").order_by("answer_by", "pk")


def overdue(now):
    """Invitations whose time to answer is over, of panels that are not closed."""
    found = Panelist.objects.filter(status=Panelist.Status.INVITED, answer_by__lte=now)
    return found.exclude(panel__status=Panel.Status.CLOSED).order_by("answer_by", "pk")


def to_be_reminded(now, before):
    """Invitations that are at least as old as `before`, end within it, and were not reminded of yet."""
    found = Panelist.objects.unanswered(now).filter(
        answer_by__lte=now + before, invited_at__lte=now - before, reminded_at=None
    )
    return found.exclude(panel__status=Panel.Status.CLOSED).order_by("answer_by", "pk")


def progress_of(panel):
    """(sheets handed in, sheets asked for) of a panel: what its chair knows before the deliberation, and no score."""
    found = Assignment.objects.filter(stage=panel.stage_id, application__hearings__panel=panel)
    found = found.in_play().order_by()
    return found.filter(status="handed_in").count(), found.count()


def still_under_review(panel):
    """What a panel hears and is still under review in its stage."""
    return panel.hearings.filter(application__status=Status.IN_REVIEW, application__stage=panel.stage_id)


def chaired(user):
    """Panels that a reviewer chairs and that are not closed."""
    found = Panel.objects.visible_to(user).filter(chair=user).exclude(status=Panel.Status.CLOSED)
    return found.select_related("call", "stage").order_by("pk")


def panel_hearing(application):
    """The panel that hears an application in the stage that it is in; where none does yet the one that would take it in; or None."""
    found = hearing(application).filter(stage=application.stage_id).first()
    if found or application.stage is None or is_scored_again(application):
        return found
    return panel_for(application, scopes(application.stage))
