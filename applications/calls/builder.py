"""Pages on which officers make a call: begin or copy it, its sections one by one, and its pieces."""

import re

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.calls import actions, building, queries, readiness, rules, tree
from applications.calls.drafting import BeginForm, CopyForm, PointsForm, SectionForm
from applications.calls.models import Call
from applications.calls.pieces import FORMS
from applications.calls.writing import write
from applications.kernel import clock
from applications.kernel.clocks import legal_clocks
from applications.kernel.errors import Refused
from applications.kernel.forms import whole_number
from applications.kernel.web import fetch, framed, page

TITLES = {
    "notice": gettext_lazy("Title and notice"),
    "schedule": gettext_lazy("Schedule"),
    "eligibility": gettext_lazy("Who may apply"),
    "plan": gettext_lazy("Parts and questions"),
    "papers": gettext_lazy("Papers to be handed in"),
    "criteria": gettext_lazy("Stages and criteria"),
    "scoring": gettext_lazy("Scale, marks and caps"),
    "items": gettext_lazy("Bonus and penalty items"),
    "conflicts": gettext_lazy("Conflicts of interest"),
    "ties": gettext_lazy("Equal scores"),
    "places": gettext_lazy("Places"),
    "quotas": gettext_lazy("Quotas"),
    "disclosure": gettext_lazy("Results and appeals"),
    "money": gettext_lazy("Money"),
}
ADD = {
    "part": gettext_lazy("Add a part"),
    "question": gettext_lazy("Add a question"),
    "paper": gettext_lazy("Add a paper"),
    "stage": gettext_lazy("Add a stage"),
    "group": gettext_lazy("Add a group"),
    "criterion": gettext_lazy("Add a criterion"),
    "point": gettext_lazy("Add a point to look at"),
    "item": gettext_lazy("Add an item"),
    "quota": gettext_lazy("Add a quota"),
}
LISTS = {
    "plan": "calls/plan.html",
    "papers": "calls/papers.html",
    "criteria": "calls/criteria.html",
    "items": "calls/items.html",
    "quotas": "calls/quotas.html",
}
LATEST = 10  # calls that may be copied, named on the page of a new one
RELATED = ("programme",)


def unready(call):
    """What still keeps a call from being published now."""
    return readiness.unready(call, now=clock.now(), clocks=legal_clocks())


def tasks(call, gaps):
    """[(section, title, how many gaps it has)] of a call in preparation."""
    found = [gap.section for gap in gaps]
    return [(name, TITLES[name], found.count(name)) for name in rules.sections(call)]


# Beginning


@page("call.prepare", "GET", "POST")
def prepare(request):
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        call = actions.prepare(**form.cleaned_data, summary="", notice="", by=request.user)
        messages.success(request, _("The call is saved. Nobody outside sees it yet."))
        return redirect("calls:manage", key=call.key)
    earlier = Call.objects.visible_to(request.user).order_by("-closes_at", "-id")[:LATEST]
    return render(request, "calls/begin.html", {"form": form, "earlier": earlier})


@page("call.prepare", "GET", "POST")
def copy(request, key):
    return _copy(request, key, again=False, heading=_("Copy a call"))


@page("call.prepare", "GET", "POST")
def again(request, key):
    return _copy(request, key, again=True, heading=_("Announce again"))


def _copy(request, key, *, again, heading):
    earlier = fetch(request, Call, key=key, related=RELATED)
    form = CopyForm(request.POST or None, initial={"title": earlier.title})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            call = actions.copy(earlier, **form.cleaned_data, again=again, by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, _("The call is copied. Nobody outside sees it yet."))
            return redirect("calls:manage", key=call.key)
    facts = {"form": form, "call": earlier, "again": again, "heading": heading}
    return render(request, "calls/copy.html", facts, status=status)


# Sections


@page("call.edit", "GET", "POST")
def edit(request, key, name):
    """One section: its fields as a form, or its pieces as a list."""
    call = fetch(request, Call, key=key, related=RELATED)
    if name not in rules.sections(call):
        raise Http404
    if not rules.SECTIONS[name]:
        return _pieces(request, call, name)

    def form(data, call):
        return SectionForm(data, instance=call, section=name)

    def act(form, version):
        actions.edit(call, section=name, version=version, by=request.user, **form.fields_of())

    title, after = TITLES[name], reverse("calls:manage", args=[call.key])
    return write(request, call, name, form, act, title=title, heading=title, after=after)


@page("call.view", "GET")
def preview(request, key):
    """What the public will read of the call as it is saved now: a page that stands within those of the builder."""
    call = fetch(request, Call, key=key, related=RELATED)
    return framed(render(request, "calls/preview.html", {"call": call, "facts": queries.notice(call)}))


@page("call.edit", "GET", "POST")
def points(request, key):
    call = fetch(request, Call, key=key, related=RELATED)

    def act(form, version):
        actions.set_points(call, points=form.points, version=version, by=request.user)

    return write(
        request,
        call,
        "criteria",
        lambda data, call: PointsForm(data, call=call),
        act,
        title=TITLES["criteria"],
        heading=_("Points of the criteria"),
        after=reverse("calls:edit", args=[call.key, "criteria"]),
    )


# Pieces


def _pieces(request, call, section):
    """The list of the pieces of a section."""
    if call.published_at:
        return redirect("calls:manage", key=call.key)
    facts = {"call": call, "section": section, "title": TITLES[section]}
    facts["gaps"] = [gap for gap in unready(call) if gap.section == section]
    match section:
        case "plan":
            facts["parts"] = list(call.parts.prefetch_related("questions"))
            questions = [question for part in facts["parts"] for question in part.questions.all()]
            labels = {question.code: question.label for question in questions}
            for question in questions:
                question.place = tree.place_of("question", question)
                question.after = labels.get(question.condition.get("question"))
                question.firms = ", ".join(map(str, queries.tracks_in_words(question.tracks)))
        case "papers":
            facts["papers"] = [(paper, queries.demand(paper)) for paper in tree.pieces(call, "paper")]
        case "items":
            facts["items"] = list(call.items.all())
        case "quotas":
            facts["quotas"] = list(call.quotas.select_related("field", "region"))
        case "criteria":
            facts["stages"] = list(call.stages.prefetch_related("groups__criteria", "points__stage"))
            for stage in facts["stages"]:
                for point in stage.points.all():
                    point.place = tree.place_of("point", point)
                criteria = []
                for group in stage.groups.all():
                    group.place = tree.place_of("group", group)
                    criteria += group.criteria.all()
                for criterion in criteria:
                    criterion.place = tree.place_of("criterion", criterion)
                stage.sum = sum(criterion.points for criterion in criteria)
    return render(request, LISTS[section], facts)


@page("call.edit", "GET", "POST")
def add(request, key, name):
    """A new piece of this kind; of one that stands in another, the address says in which."""
    call = fetch(request, Call, key=key, related=RELATED)
    kind = _kind(name)
    within = None
    if kind.within != "call":
        within = _at(call, kind.within, request.GET.get("within", ""))
    piece = kind.model(**{kind.within: within or call})

    def act(form, version):
        fields = form.fields_of()
        parent = fields.pop("part", within)
        return building.add(call, name, within=parent, version=version, by=request.user, **fields)

    return write(
        request,
        call,
        kind.section,
        lambda data, call: FORMS[name](data, instance=piece, call=call),
        act,
        title=TITLES[kind.section],
        heading=ADD[name],
        name=name,
        within=within and building.called(within),
        after=reverse("calls:edit", args=[call.key, kind.section]),
    )


@page("call.edit", "GET", "POST")
def piece(request, key, name, place):
    """Change a piece. Once sent, the form itself says which it is, wherever it was moved meanwhile."""
    call = fetch(request, Call, key=key, related=RELATED)
    kind = _kind(name)
    if request.method == "POST":
        found = tree.pieces(call, name).filter(pk=_number(request, "piece")).first() or kind.model()
    else:
        found = _at(call, name, place)

    def form(data, call):
        return FORMS[name](data, instance=tree.pieces(call, name).filter(pk=found.pk).first(), call=call)

    def act(form, version):
        return building.change(call, name, found, version=version, by=request.user, **form.fields_of())

    return write(
        request,
        call,
        kind.section,
        form,
        act,
        title=TITLES[kind.section],
        heading=building.called(found),
        place=place,
        name=name,
        after=reverse("calls:edit", args=[call.key, kind.section]),
    )


@page("call.edit", "POST")
def move(request, key, name):
    """Move a piece up or down by one; the page comes back at the piece."""
    call = fetch(request, Call, key=key, related=RELATED)
    kind = _kind(name)
    moved = building.move(
        call,
        name,
        _sent(request, call, name),
        up=request.POST.get("to") == "up",
        version=_number(request, "version"),
        by=request.user,
    )
    place = tree.place_of(name, moved)
    return redirect(f"{reverse('calls:edit', args=[call.key, kind.section])}#{name}-{place}")


@page("call.edit", "GET", "POST")
def remove(request, key, name, place):
    """Say what is lost, then take the piece out."""
    call = fetch(request, Call, key=key, related=RELATED)
    kind = _kind(name)
    back = reverse("calls:edit", args=[call.key, kind.section])
    if request.method == "POST":
        found = _sent(request, call, name)
        building.remove(call, name, found, version=_number(request, "version"), by=request.user)
        messages.success(request, _("“%(name)s” is removed.") % {"name": building.called(found)})
        return redirect(back)
    if call.published_at:
        return redirect("calls:manage", key=call.key)
    found = _at(call, name, place)
    facts = {"call": call, "piece": found, "called": building.called(found), "inside": _inside(name, found)}
    return render(request, "calls/remove.html", facts | {"back": back, "title": TITLES[kind.section]})


def _inside(name, found):
    """What stands in a piece and goes with it."""
    match name:
        case "part":
            return [question.label for question in found.questions.all()]
        case "stage":
            return [piece.name for piece in [*found.groups.all(), *found.points.all()]]
        case "group":
            return [criterion.name for criterion in found.criteria.all()]
    return []


def _kind(name):
    if name not in tree.KINDS:
        raise Http404
    return tree.KINDS[name]


def _at(call, name, place):
    if not re.fullmatch(r"[0-9]{1,4}(-[0-9]{1,4}){0,2}", place) or not (found := tree.at(call, name, place)):
        raise Http404
    return found


def _sent(request, call, name):
    """The piece that a form was about."""
    found = tree.pieces(call, name).filter(pk=_number(request, "piece")).first()
    if found is None:
        raise Refused(_("It was removed in the meantime."), about=call)
    return found


def _number(request, name):
    return whole_number(request.POST.get(name))
