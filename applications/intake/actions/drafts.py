"""The verbs of a draft: begin, edit, restore, take over."""

from django.db import transaction

from applications.intake import revising, rules
from applications.intake.actions.holding import lock
from applications.intake.actions.papers import take_paper
from applications.intake.answers import blank_or
from applications.intake.budget import amounts
from applications.intake.models import PLEDGES_VERSION, Application, Undertaking
from applications.intake.models.revisions import Revision
from applications.intake.onpaper import not_from_paper
from applications.intake.queries import content_of, parts_of
from applications.intake.uploading import to_be_taken
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.clocks import legal_clock
from applications.kernel.errors import Refused
from applications.kernel.reasons import too_short
from applications.kernel.sections import stale


@transaction.atomic
def begin(call, firm, *, by, now):
    """Begin a draft, or go on with the one that the firm has in this call."""
    require(by, "application.begin", firm)
    if reasons := rules.late(call, now=now):
        raise Refused(*reasons, about=call)
    type(firm).objects.select_for_update(no_key=True).get(pk=firm.pk)  # two clicks begin one draft
    written = _written(call, firm)
    own = written.filter(paper_arrived_at=None).first()
    return own or written.first() or _begun(call, firm, by=by)


def _written(call, firm):
    """What a firm has in a call: its drafts, and what it has handed in."""
    return Application.objects.of_their_own().filter(call=call, firm=firm).exclude(status="withdrawn")


def _begun(call, firm, *, by, note="", **more):
    draft = Application.objects.create(
        call=call, firm=firm, created_by=by, field=firm.field, created_at=clock.now(), **more
    )
    draft.technologies.set(firm.technologies.all())
    audit.record("begin", draft, by=by, after=more or None, note=note)
    return draft


@transaction.atomic
def begin_from_paper(call, firm, *, arrived_at, reason, by, now):
    """Begin to enter what a firm has sent on paper, or go on with it. arrived_at: as stamped on the paper. Raises Refused."""
    require(by, "application.enter")
    ends_at = legal_clock("paper_entry").ends_at(call.closes_at)
    if firm:
        type(firm).objects.select_for_update(no_key=True).get(pk=firm.pk)
    written = _written(call, firm)
    reasons = not_from_paper(
        call, firm, arrived_at=arrived_at, now=now, ends_at=ends_at, has_applied=written.standing().exists()
    )
    if reasons := reasons or too_short(reason):
        raise Refused(*reasons, about=call)
    draft = written.filter(paper_arrived_at__isnull=False).first()
    return draft or _begun(call, firm, by=by, note=reason, paper_arrived_at=arrived_at)


@transaction.atomic
def edit(application, *, by, now, version, **parts):
    """Save parts of the draft, each a name of rules.SECTION_OF, and what was typed and cannot be taken (intake/typed.py).

    version: what the page was loaded with; a save of the same section in between is refused, never overwritten.
    now: the arrival of the request. Returns the new version, or the same one where nothing differs.
    """
    application = lock(application, "edit", by, related=["call__programme"])
    sections = rules.sections_of(application.call, parts)
    late = rules.late_for(application, now=now)
    if reasons := late or stale(application, sections, version=version):
        raise Refused(*reasons, about=application)
    return write(application, parts, by=by)


def write(application, parts, *, by, anew=False):
    """Write parts of a locked draft, and remember each section; anew: in a revision of its own."""
    if not _differs(application, parts):
        return application.version
    sections = rules.sections_of(application.call, parts)
    technologies, consents = parts.pop("technologies", None), parts.pop("consents", None)
    if "answers" in parts:
        parts["answers"] = {**application.answers, **parts["answers"]}
    if "typed" in parts:
        parts["typed"] = {
            name: fields for name, fields in (application.typed | parts["typed"]).items() if fields
        }
    if "budget" in parts:
        parts |= amounts(parts["budget"])
    for name, value in parts.items():
        setattr(application, name, value)
    application.version += 1
    application.section_versions |= dict.fromkeys(sections, application.version)
    application.changed_at = clock.now()
    application.save(update_fields=[*parts, "version", "section_versions", "changed_at"])
    if technologies is not None:
        application.technologies.set(technologies)
    if consents is not None:
        _undertake(application, consents, by=by)
    for section in sections:
        _remember(application, section, by, anew)
    return application.version


def _differs(application, parts):
    """Whether any part is not what stands in the draft already."""
    for name, value in parts.items():
        match name:
            case "technologies":
                if set(value) != set(application.technologies.all()):
                    return True
            case "answers":
                if any(
                    blank_or(application.answers.get(code)) != blank_or(answer)
                    for code, answer in value.items()
                ):
                    return True
            case "typed":
                if any(application.typed.get(section, {}) != fields for section, fields in value.items()):
                    return True
            case "consents":
                now = application.consents
                if any(given != (code in now) for code, given in value.items()):
                    return True
            case _:
                if getattr(application, name) != value:
                    return True
    return False


def _remember(application, section, by, anew):
    """Keep the section as a revision: a new one, or the running one of the same person carried on."""
    now, content = clock.now(), content_of(application, section)
    last = application.revisions.filter(section=section).order_by("-pk").first()
    lost = revising.lost(last.content, content) if last else 0
    if last and not anew and revising.goes_on(last, lost=lost, by=by, now=now):
        last.content, last.version, last.saved_at = content, application.version, now
        last.lost += lost
        last.save(update_fields=["content", "version", "saved_at", "lost"])
        return
    Revision.objects.create(application=application, section=section, version=application.version, content=content,
                            by=by, begun_at=now, saved_at=now)  # fmt: skip
    _thin_out(application.revisions.filter(section=section))


def _thin_out(revisions):
    """With each new revision one is no longer among the latest: it stays where revising.falls_away says so."""
    most = revising.REVISIONS_KEPT
    beside = revisions.order_by("-pk").only("saved_at")[most - 1 : most + 2]
    after, oldest, before = (*beside, None, None, None)[:3]
    if oldest and revising.falls_away(oldest, before=before, after=after):
        oldest.delete()


def _lock_in_time(application, by, now):
    application = lock(application, "edit", by)
    if reasons := rules.late_for(application, now=now):
        raise Refused(*reasons, about=application)
    return application


@transaction.atomic
def restore(application, *, revision, by, now):
    """Bring a section back to what it was; what stands there now is kept as a revision too. Returns the new version."""
    application = _lock_in_time(application, by, now)
    version = write(application, parts_of(revision.section, revision.content), by=by, anew=True)
    audit.record(
        "restore", application, by=by, after={"section": revision.section, "version": revision.version}
    )
    return version


@transaction.atomic
def take_over(application, *, earlier, by, now, also=()):
    """Fill what is still empty with what the firm wrote in an earlier application, by the codes of the questions.

    also: keys of rules.TAKEN_ON_REQUEST. Returns how many fields were filled, and the papers that came out of the vault.
    """
    application = _lock_in_time(application, by, now)
    parts = rules.to_take_over(application, earlier, also)
    if not application.technologies.exists() and earlier.technologies.exists():
        parts["technologies"] = list(earlier.technologies.all())
    filled = len(parts.get("answers", ())) + len(parts.keys() - {"answers"})
    if parts:
        write(application, parts, by=by, anew=True)
        audit.record("take_over", application, by=by, after={"from": earlier.number or str(earlier.key)})
    return filled, _taken(application, by=by, now=now) if "papers" in also else []


def _taken(application, *, by, now):
    """Take out of the vault what is valid there and not here yet, as far as there is room."""
    taken = []
    for paper, kept in to_be_taken(application):
        try:
            take_paper(application, paper=paper, kept=kept, by=by, now=now)
        except Refused:
            continue
        taken.append(paper)
    return taken


def _undertake(application, consents, *, by):
    """Write down each pledge that is given or taken back: to which text, by whom, when. consents: {code: given}."""
    before = application.given
    Undertaking.objects.bulk_create(
        Undertaking(application=application.original, code=code, version=PLEDGES_VERSION, given=given, by=by,
                    at=clock.now())
        for code, given in consents.items()
        if given != (code in before)
    )  # fmt: skip
