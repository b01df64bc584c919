"""The score computed from what happened: a sheet from its events, the columns of an application from its sheets. Pure."""

from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from applications.intake.models import BEFORE_REVIEWERS, TIE_COLUMNS, Application
from applications.review import rules
from applications.review.models import Assignment, SheetEvent

TIE = Decimal("1e-8")
OPEN, HANDED_IN, EXCLUDED = (
    Assignment.SheetStatus.OPEN,
    Assignment.SheetStatus.HANDED_IN,
    Assignment.SheetStatus.EXCLUDED,
)
Declaration, Kind = Assignment.Declaration, SheetEvent.Kind


@dataclass(frozen=True)
class Kept:
    """What the events of one sheet come to. values: {criterion id: points}; counted: those that its total is made of.

    late: its conflict was declared after the result was published, which leaves the published score as it is.
    """

    status: str = OPEN
    declaration: str = Declaration.NONE
    values: dict = field(default_factory=dict)
    counted: dict | None = None
    late: bool = False
    version: int = 0
    scored: bool = False  # something has happened to it that a score is written for

    def counts(self, *, published):
        """Whether it is part of the score. published: the result of its application is."""
        if self.late:
            return published and self.counted is not None
        return self.status == HANDED_IN and self.declaration == Declaration.CLEAR

    def total(self, criteria, *, scale):
        """Its total, None while it is not handed in, and where nothing is scored (a site visit). criteria: those of its stage; scale: of its call."""
        if self.counted is None or not criteria:
            return None
        return rules.sheet_total(((c.points, self.counted[c.pk]) for c in criteria), scale=scale)


def after(sheet, kind, values):
    """The sheet after one event of this kind. values: {criterion id as text: points as text}."""
    scored = sheet.scored or kind not in (Kind.DECLARED, Kind.SAVED, Kind.TOO_LATE)
    sheet = replace(sheet, version=sheet.version + 1, scored=scored)
    read = {int(pk): Decimal(value) for pk, value in values.items()}
    match kind:
        case Kind.DECLARED:
            return replace(sheet, declaration=Declaration.CLEAR)
        case Kind.SAVED:
            return replace(sheet, values=read)
        case Kind.HANDED_IN:
            return replace(sheet, status=HANDED_IN, values=read, counted=read)
        case Kind.REOPENED:
            return replace(sheet, status=OPEN, counted=None)
        case Kind.EXCLUDED:
            return replace(sheet, status=EXCLUDED)
        case Kind.STEPPED_BACK:
            return replace(sheet, status=EXCLUDED, declaration=Declaration.CONFLICT)
        case Kind.SET_ASIDE:
            return replace(sheet, status=Assignment.SheetStatus.SET_ASIDE, late=False)
        case Kind.TOO_LATE:
            late = sheet.counts(published=True)
            return replace(sheet, status=EXCLUDED, declaration=Declaration.CONFLICT, late=late)
    raise ValueError(f"Nobody knows what the event {kind} of a sheet means.")


def stages_that_count(application, stages, *, under_review):
    """The stages that a score is made of: a review that ended early is scored by those that it went through."""
    return [stage for stage in stages if under_review or stage.ordinal <= application.stage.ordinal]


def columns(application, result):
    """{column: value} of what is stored on an application, from its rules.Result."""
    reached, region = application.stage.ordinal if application.stage else 0, application.region
    ties = rules.tie_values(
        application.call.tie_keys, result, outside=region is not None and not region.capital_area,
        answers=application.answers,
    )  # fmt: skip
    return {
        "sheets": result.sheets,
        "stage_scores": [
            [one.stage.ordinal, one.sheets, None if one.score is None else str(one.score)]
            for one in result.stages
            if one.stage.ordinal <= reached
        ],
        "base_score": result.base,
        "bonus": result.bonus,
        "penalty": result.penalty,
        "final_score": result.final,
        "spread": result.spread,
        "failings": result.failings,
        **{
            column: value.quantize(TIE, ROUND_HALF_UP)
            for column, value in zip(TIE_COLUMNS, ties, strict=False)
        },
    }


def untouched():
    """The same of an application whose score nothing has been written for yet."""
    names = (
        "sheets",
        "stage_scores",
        "base_score",
        "bonus",
        "penalty",
        "final_score",
        "spread",
        "failings",
        *TIE_COLUMNS,
    )
    return {name: Application._meta.get_field(name).get_default() for name in names}


def is_published(application):
    return application.status not in BEFORE_REVIEWERS
