"""The verbs of a published call: correct, extend, cancel; each is a notice of its own, told to every firm in the call."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.calls import planned, queries, rules, tree
from applications.calls.audience import Notice
from applications.calls.models import Call
from applications.calls.stages import Criterion
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.clocks import legal_clock
from applications.kernel.errors import Refused
from applications.notifications.outbox import notify

LETTERS = {
    Notice.Kind.CORRECTION: "call_corrected",
    Notice.Kind.EXTENSION: "call_extended",
    Notice.Kind.CANCELLATION: "call_cancelled",
}


def changeable(call):
    """{name: (label, its text now)} of all that a correction may change; never points, weights or places.

    law: a code of Programme.Law; fresh:<paper>: a rule of validity.py, which may only be eased. The words of criteria and
    of their steps, criterion:<place> and anchors:<place>, can change until a sheet is handed in.
    """
    found = {
        name: (str(call._meta.get_field(name).verbose_name), getattr(call, name)) for name in rules.TEXTS
    }
    found |= changeable_days(call)
    found |= {f"part:{part.ordinal}": (part.title, part.help) for part in call.parts.all()}
    found |= {
        f"question:{question.code}": (question.label, question.help) for question in call.questions.all()
    }
    papers = list(call.papers.filter(question=None))
    found |= {f"paper:{paper.code}": (paper.name, paper.help) for paper in papers}
    found |= {f"fresh:{paper.code}": (paper.name, paper.validity) for paper in papers if paper.validity}
    if queries.is_scored(call):
        return found
    for criterion in tree.pieces(call, "criterion").select_related("group__stage"):
        place = tree.place_of("criterion", criterion)
        found[f"criterion:{place}"] = (criterion.name, criterion.help)
        if criterion.anchors:
            found[f"anchors:{place}"] = (criterion.name, "\n".join(criterion.anchors))
    return found


def changeable_days(call):
    """The same of the planned days; an open one is ""."""
    return {name: (str(planned.LABELS[name]), str(day or "")) for name, day in planned.days_of(call).items()}


def draw(call, kind, *, reason, revision, by, texts=None, closes_at=None):
    """The notice as it would be published now, not saved. Raises Denied or Refused.

    revision: of the call as the officer saw it. texts: {name of changeable: new text}, of an extension only planned days; closes_at: of an extension.
    """
    require(by, "call.change", call)
    if reasons := rules.unchangeable(call, reason=reason, revision=revision):
        raise Refused(*reasons, about=call)
    notice = Notice(call=call, kind=kind, reason=reason.strip(), published_at=clock.now(), by=by)
    match kind:
        case Notice.Kind.CORRECTION:
            notice.changes = _changes(changeable(call), texts, call)
            _check_days(call, notice)
            if not notice.changes:
                raise Refused(_("Nothing is changed yet."), about=call)
        case Notice.Kind.EXTENSION:
            notice.closed_at, notice.closes_at = call.closes_at, closes_at
            if reasons := rules.inextensible(
                call,
                closes_at=closes_at,
                now=notice.published_at,
                late_until=legal_clock("late_extension").ends_at(call.closes_at),
                is_screened=queries.is_screened(call),
            ):
                raise Refused(*reasons, about=call)
            notice.changes = _changes(changeable_days(call), texts or {}, call)
            _check_days(call, notice)
        case Notice.Kind.CANCELLATION:
            if reasons := rules.uncancellable(has_results=queries.has_results(call, notice.published_at)):
                raise Refused(*reasons, about=call)
    notice.ordinal = call.revision + 1
    notice.number = f"{call.number}-{notice.ordinal}"
    notice.firms_told = queries.firms_in(call)
    return notice


def _changes(before, texts, call):
    if texts.keys() - before.keys():
        said = _("A sheet is handed in by now: the words of the criteria can no longer change.")
        raise Refused(said, about=call)
    changes = [
        {"of": name, "label": before[name][0], "old": before[name][1], "new": rules.plain(text)}
        for name, text in texts.items()
        if rules.plain(text) != rules.plain(before[name][1])
    ]
    if reasons := rules.uncorrectable(changes):
        raise Refused(*reasons, about=call)
    return changes


def _check_days(call, notice):
    """The planned days fit to the closing and to each other as they are after this notice: an extension moves none by itself."""
    days = planned.days_of(call) | planned_in(notice)
    if reasons := planned.misplanned(days, closes_at=notice.closes_at or call.closes_at):
        raise Refused(*reasons, about=call)


def planned_in(notice):
    """The planned days that a notice changes: {field: the new day}."""
    return {
        change["of"]: planned.of_text(change["new"])
        for change in notice.changes
        if change["of"] in planned.LABELS
    }


@transaction.atomic
def correct(call, *, texts, reason, revision, by):
    """Publish a correction: of what changeable names."""
    call = _lock(call)
    notice = draw(call, Notice.Kind.CORRECTION, texts=texts, reason=reason, revision=revision, by=by)
    for change in notice.changes:
        kind, _colon, code = change["of"].partition(":")
        match kind:
            case "part":
                call.parts.filter(ordinal=code).update(help=change["new"])
            case "question":
                call.questions.filter(code=code).update(help=change["new"])
                call.papers.filter(question__code=code).update(help=change["new"])
            case "paper":
                call.papers.filter(code=code).update(help=change["new"])
            case "fresh":
                call.papers.filter(code=code).update(validity=change["new"])
            case "criterion":
                _reword(call, code, help=change["new"])
            case "anchors":
                _reword(call, code, anchors=change["new"].split("\n"))
            case name if name in rules.TEXTS:
                setattr(call, name, change["new"])
    return _publish(notice, "correct", before={}, after={}, fields=rules.TEXTS)


def _reword(call, place, **words):
    Criterion.objects.filter(pk=tree.at(call, "criterion", place).pk).update(**words)


@transaction.atomic
def extend(call, *, closes_at, reason, revision, by, texts=None):
    """Publish an extension: the call closes later; drafts and submissions may go on until then.

    texts: the planned days that move with it; those that stay where they are must still fit.
    """
    call = _lock(call)
    notice = draw(
        call, Notice.Kind.EXTENSION, closes_at=closes_at, texts=texts, reason=reason, revision=revision, by=by
    )
    call.closes_at, call.extended_at = closes_at, notice.published_at
    old, new = {"closes_at": notice.closed_at}, {"closes_at": closes_at}
    return _publish(notice, "extend", before=old, after=new, fields=("closes_at", "extended_at"))


@transaction.atomic
def cancel(call, *, reason, revision, by):
    """Publish the cancellation: nobody can apply any more."""
    call = _lock(call)
    notice = draw(call, Notice.Kind.CANCELLATION, reason=reason, revision=revision, by=by)
    call.cancelled_at = notice.published_at
    return _publish(notice, "cancel", before={}, after={}, fields=("cancelled_at",))


def _lock(call):
    return (
        Call.objects.select_for_update(of=("self",), no_key=True).select_related("programme").get(pk=call.pk)
    )


def _publish(notice, verb, *, before, after, fields):
    """Save the notice and what it changes, leave a trace, and tell every firm."""
    call, days = notice.call, planned_in(notice)
    notice.save()
    for name, day in days.items():
        setattr(call, name, day)
    call.revision = notice.ordinal
    call.save(update_fields=[*fields, *days, "revision"])
    old, new = ({change["of"]: change[side] for change in notice.changes} for side in ("old", "new"))
    after = after | new | {"notice": notice.number}
    audit.record(verb, call, by=notice.by, before=before | old or None, after=after, note=notice.reason)
    notify(LETTERS[notice.kind], to=queries.people_in(call), event=f"notice:{notice.number}", call=call, notice=notice,
           rows=rules.rows(notice))  # fmt: skip
    return notice
