"""The verbs of the pieces of a call in preparation: its parts, questions, papers, stages, groups, criteria, points of a
site visit, bonus and penalty items and quotas."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from applications.calls import rules
from applications.calls.actions import lock_section, saved
from applications.calls.filling import fill_files, fill_visit, free_code
from applications.calls.models import Part, Question
from applications.calls.ruling import Quota
from applications.calls.stages import Stage
from applications.calls.tree import KINDS, beside, pieces
from applications.kernel import audit
from applications.kernel.errors import Refused


@transaction.atomic
def add(call, name, /, *, within=None, version, by, **fields):
    """Add a piece at the end of what it stands in: of the call, or of the piece within. A site visit begins with the usual points."""
    kind = KINDS[name]
    call = lock_section(call, kind.section, version=version, by=by)
    if kind.within != "call":
        within = _still(call, kind.within, within)
    piece = kind.model(**{kind.within: within or call}, **fields)
    if name == "question":
        piece.call, piece.code = call, free_code("q", call.questions)
    if name == "paper" and not piece.code:
        piece.code = free_code("P", call.papers)
    _put_last(name, piece)
    if name == "stage" and piece.is_visit:
        fill_visit(piece)
    _end(call, name, "add", piece, by, after=_plainly(piece, fields))
    return piece


@transaction.atomic
def change(call, name, piece, /, *, version, by, **fields):
    """Change a piece; a question that goes to another part stands at its end."""
    call = lock_section(call, KINDS[name].section, version=version, by=by)
    piece = _still(call, name, piece)
    before, stood = _plainly(piece, fields), getattr(piece, "part", None)
    for field, value in fields.items():
        setattr(piece, field, value)
    if name == "paper" and not piece.code:
        piece.code = free_code("P", call.papers)
    if stood and piece.part != stood:
        _put_last(name, piece)
        _close_ranks(Question.objects.filter(part=stood).order_by("ordinal"))
    else:
        piece.save()
    _end(call, name, "change", piece, by, before=before, after=_plainly(piece, fields))
    return piece


@transaction.atomic
def move(call, name, piece, *, up, version, by):
    """Change places with the one before or after."""
    call = lock_section(call, KINDS[name].section, version=version, by=by)
    piece = _still(call, name, piece)
    others = beside(name, piece)
    other = (
        others.filter(ordinal__lt=piece.ordinal).last()
        if up
        else others.filter(ordinal__gt=piece.ordinal).first()
    )
    if other is None:
        raise Refused(_("It stands at the end already."), about=call)
    was, piece.ordinal = piece.ordinal, other.ordinal
    for one, ordinal in ((other, 0), (piece, piece.ordinal), (other, was)):  # no two at one place meanwhile
        type(one).objects.filter(pk=one.pk).update(ordinal=ordinal)
    _end(call, name, "move", piece, by, before={"ordinal": was}, after={"ordinal": piece.ordinal})
    return piece


@transaction.atomic
def remove(call, name, piece, *, version, by):
    """Take a piece out, with all that stands in it."""
    call = lock_section(call, KINDS[name].section, version=version, by=by)
    piece = _still(call, name, piece)
    others, trace = beside(name, piece), _plainly(piece, [field.name for field in piece._meta.fields])
    kind_of, pk = type(piece), piece.pk
    kind_of.objects.filter(pk=pk).delete()
    _close_ranks(others)
    _end(call, name, "remove", piece, by, before=trace, after=None)


def _still(call, name, piece):
    """The piece as it is now, under the lock of its call."""
    found = pieces(call, name).filter(pk=piece.pk).first()
    if found is None:
        raise Refused(_("It was removed in the meantime."), about=call)
    return found


def _put_last(name, piece):
    last = beside(name, piece).exclude(pk=piece.pk).aggregate(last=Max("ordinal"))["last"] or 0
    piece.ordinal = last + 1
    piece.save()


def _close_ranks(others):
    """Number them anew, one after the other: going up, no two are at one place meanwhile."""
    for ordinal, one in enumerate(others, 1):
        if one.ordinal != ordinal:
            type(one).objects.filter(pk=one.pk).update(ordinal=ordinal)


def _end(call, name, verb, piece, by, *, before=None, after):
    """Refuse what would leave a question without the one it depends on; else let the papers of questions follow, note the save and leave a trace."""
    if KINDS[name].section == "plan" and (reasons := rules.misled(call.questions.select_related("part"))):
        raise Refused(*reasons, about=call)
    if KINDS[name].section == "plan":
        fill_files(call)
    saved(call, KINDS[name].section)
    what = {"piece": name, "called": called(piece)}
    audit.record(f"{verb}_piece", call, by=by, before=before and what | before, after=what | (after or {}))


def called(piece):
    """What a piece is called on pages."""
    match piece:
        case Part():
            return piece.title
        case Question():
            return piece.label
        case Stage():
            return str(piece.get_kind_display())
        case Quota():
            return str(piece)
    return piece.name


def _plainly(piece, names):
    """Fields of a piece as a trace keeps them: what belongs to another row is called by its name."""
    found = {name: getattr(piece, name) for name in names}
    return {
        name: value if isinstance(value, str | int | bool | list | dict | None) else str(value)
        for name, value in found.items()
    }
