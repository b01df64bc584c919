"""Answers to the questions of a call: which are asked, which are blank, and how they read.

An answer is plain data in Application.answers, by the code of its question: text, a whole number, an ISO date, yes or no,
the code of a choice, a list of codes, or for a table a list of rows {column: value}.
"""

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from applications.calls.models import Question
from applications.calls.rules import is_for

Kind = Question.Kind


@dataclass(frozen=True)
class Answer:
    """One answer as pages show it: words, or the rows of a table under its columns."""

    question: Question
    words: str = ""
    columns: list = field(default_factory=list)
    rows: list = field(default_factory=list)

    @property
    def cells(self):
        """The rows once more, each cell with whether its column holds numbers."""
        numbers = [is_number for _label, is_number in self.columns]
        return [list(zip(row, numbers, strict=True)) for row in self.rows]


def is_asked(question, answers):
    """A question with a condition, and its paper, is asked only when another one is answered in one of the ways it names."""
    if not question.condition:
        return True
    given = answers.get(question.condition["question"])
    return bool(set(given if isinstance(given, list) else [given]) & set(question.condition["is"]))


def is_asked_of(question, application, here=()):
    """Whether it stands to be answered in this application; here: codes of questions on the same page, which may be answered otherwise."""
    return is_for(question, application.firm.track) and (
        question.condition.get("question") in here or is_asked(question, application.answers)
    )


def asked(application):
    """The questions that stand to be answered in this application, in order."""
    return [question for question in application.call.asked if is_asked_of(question, application)]


def is_wanted(paper, application, here=()):
    """A paper that a question asks for is wanted when this firm is asked the question; every other one always may come."""
    return not paper.question_id or is_asked_of(paper.question, application, here)


def followed(question, call):
    """The question on the same page that this one is asked after, if there is one: the page follows it while it is answered."""
    code = question.condition.get("question")
    return next((one for one in call.asked if one.code == code and one.part_id == question.part_id), None)


def all_asked(call, section):
    """Answers on other pages after which everything in this section is asked."""
    found = {}
    for question in call.asked:
        if question.part.slug == section and question.condition and not followed(question, call):
            found.setdefault(question.condition["question"], []).extend(question.condition["is"])
    return found


def is_blank(answer):
    return answer in (None, "", [])


def unnamed(question, answer):
    """Places of the rows of a table whose first cell, which names the row, is empty."""
    if question.kind != Kind.TABLE:
        return []
    first = question.options[0][0]
    return [place for place, row in enumerate(answer or []) if is_blank(row.get(first))]


def blank_or(answer):
    """The answer; every way to leave it open is the same."""
    return None if is_blank(answer) else answer


def by_part(application, files):
    """[(part, [Answer])] of all that is asked of this application; what was answered stays, whatever track the firm is of later.

    files: {id of a question: name of the file it asks for}.
    """
    parts, track = {}, application.firm.track
    for question in application.call.asked:
        given = files.get(question.pk) or application.answers.get(question.code)
        if is_asked(question, application.answers) and (is_for(question, track) or not is_blank(given)):
            parts.setdefault(question.part, []).append(as_shown(question, given))
    return list(parts.items())


def as_shown(question, answer):
    if question.kind == Kind.TABLE:
        kinds = {code: kind for code, _label, kind in question.options}
        rows = [[cell(kind, row.get(code)) for code, kind in kinds.items()] for row in answer or []]
        columns = [(label, kind != "text") for _code, label, kind in question.options]
        return Answer(question, columns=columns, rows=rows)
    return Answer(question, words=in_words(question, answer))


def in_words(question, answer):
    """An answer as one text, also where it is a table: what two versions are compared by."""
    if is_blank(answer):
        return ""
    match question.kind:
        case Kind.NUMBER | Kind.WON:
            return f"{answer:,}"
        case Kind.DATE:
            return date.fromisoformat(answer).strftime("%Y-%m-%d")
        case Kind.YES_NO:
            return _("Yes") if answer == "yes" else _("No")
        case Kind.CHOICE | Kind.CHOICES:
            labels = dict(question.options)
            chosen = answer if isinstance(answer, list) else [answer]
            return ", ".join(labels.get(code, code) for code in chosen)
        case Kind.TABLE:
            kinds = {code: kind for code, _label, kind in question.options}
            return "\n".join(
                " · ".join(cell(kind, row.get(code)) or "–" for code, kind in kinds.items()) for row in answer
            )
    return str(answer)


def cell(kind, value):
    """One cell of a table as people read it."""
    if value is None:
        return ""
    return f"{value:,}" if kind in ("number", "won") else str(value)
