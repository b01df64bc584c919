"""Filling a call in preparation: from an outline, or with all that an earlier call is measured by (docs/domain.md)."""

from itertools import count

from applications.calls.models import Part, Question, RequiredPaper
from applications.calls.outline_texts import ANCHORS
from applications.calls.outlines import (
    BONUS,
    KINDS,
    NOTICES,
    PARTS,
    PENALTIES,
    TIE_KEYS,
    VALIDITY,
    VISIT_POINTS,
)
from applications.calls.ruling import Item, Quota
from applications.calls.stages import Criterion, CriterionGroup, Point, Stage


def fill(call, outline):
    """Give a new call the stages, criteria, questions, papers and items of an outline, and its text where it has none yet."""
    for ordinal, (fields, groups) in enumerate(outline.stages, 1):
        stage = Stage.objects.create(call=call, ordinal=ordinal, **fields)
        if stage.is_visit:
            fill_visit(stage)
        for place, (name, floor, criteria) in enumerate(groups, 1):
            group = CriterionGroup.objects.create(stage=stage, ordinal=place, name=name, floor_percent=floor)
            Criterion.objects.bulk_create(
                Criterion(
                    group=group,
                    ordinal=number,
                    name=label,
                    points=points,
                    help=hint,
                    anchors=ANCHORS.get(label, []),
                )
                for number, (label, points, hint) in enumerate(criteria, 1)
            )
    made = {}
    for ordinal, (title, questions) in enumerate(outline.parts, 1):
        made[ordinal] = part = Part.objects.create(call=call, ordinal=ordinal, title=title)
        Question.objects.bulk_create(
            Question(call=call, part=part, ordinal=number, code=code, label=label, help=hint, **more)
            for number, (code, label, hint, more) in enumerate(questions, 1)
        )
    RequiredPaper.objects.bulk_create(
        RequiredPaper(
            call=call,
            ordinal=number,
            code=code,
            name=name,
            help=hint,
            required=firms == "all",
            needed_from="" if firms == "all" else firms,
            part=made.get(PARTS.get(code)),
            kinds=KINDS.get(code, []),
            validity=VALIDITY.get(code, ""),
        )
        for number, (code, name, hint, firms) in enumerate(outline.papers, 1)
    )

    call.tie_keys = TIE_KEYS[call.programme.kind]
    summary, notice = NOTICES[call.programme.kind]
    call.summary, call.notice = call.summary or summary, call.notice or notice
    call.save(update_fields=["tie_keys", "summary", "notice"])
    bonus, penalty = Item.Kind.BONUS, Item.Kind.PENALTY
    items = [(bonus, *item) for item in BONUS] + [(penalty, *item, False) for item in PENALTIES]
    Item.objects.bulk_create(
        Item(
            call=call, ordinal=number, kind=kind, name=name, points=points, evidence=evidence, by_file=by_file
        )
        for number, (kind, name, points, evidence, by_file) in enumerate(items, 1)
    )


def free_code(letter, others):
    """A code of this letter that none of the others has: q01, q02 …"""
    taken = set(others.values_list("code", flat=True))
    return next(code for code in (f"{letter}{number:02d}" for number in count(1)) if code not in taken)


BEHIND = 1000  # the ordinals of papers of questions: they stand behind all others


def fill_files(call):
    """Give each question that asks for a file its paper, which says what the question says; take away what is asked no more."""
    asking = call.questions.filter(kind=Question.Kind.FILE).select_related("part")
    call.papers.exclude(question=None).exclude(question__in=asking).delete()
    there = {paper.question_id: paper for paper in call.papers.exclude(question=None)}
    for place, question in enumerate(asking, BEHIND):
        said = {
            "ordinal": place, "part": question.part, "name": question.label, "help": question.help,
            "required": question.required, "kinds": question.options, "most_mb": question.max_length,
        }  # fmt: skip
        if paper := there.get(question.pk):
            if any(getattr(paper, name) != value for name, value in said.items()):
                call.papers.filter(pk=paper.pk).update(**said)
        else:
            call.papers.create(question=question, code=free_code("F", call.papers), **said)


def fill_visit(stage):
    """Give a site visit the usual points."""
    Point.objects.bulk_create(
        Point(stage=stage, ordinal=number, name=name, help=hint)
        for number, (name, hint) in enumerate(VISIT_POINTS, 1)
    )


def fill_like(call, earlier):
    """Give a new call all that an earlier one is measured by: parts, questions, papers, stages, criteria, items, quotas."""

    def alike(row, **owner):
        """The same row for another owner."""
        row.pk, row._state.adding = None, True
        for name, value in owner.items():
            setattr(row, name, value)
        return row

    made = {}  # id of an earlier part → the new one
    for part in earlier.parts.prefetch_related("questions"):
        questions, made[part.pk] = list(part.questions.all()), part
        alike(part, call=call).save()
        Question.objects.bulk_create(alike(question, call=call, part=part) for question in questions)
    for stage in earlier.stages.prefetch_related("groups__criteria", "points"):
        groups, points = list(stage.groups.all()), list(stage.points.all())
        alike(stage, call=call).save()
        Point.objects.bulk_create(alike(point, stage=stage) for point in points)
        for group in groups:
            criteria = list(group.criteria.all())
            alike(group, stage=stage).save()
            Criterion.objects.bulk_create(alike(criterion, group=group) for criterion in criteria)
    own = earlier.papers.filter(question=None)
    RequiredPaper.objects.bulk_create(alike(paper, call=call, part=made.get(paper.part_id)) for paper in own)
    fill_files(call)
    Item.objects.bulk_create(alike(item, call=call) for item in earlier.items.all())
    Quota.objects.bulk_create(alike(quota, call=call) for quota in earlier.quotas.all())
    call.open_to.set(earlier.open_to.all())
