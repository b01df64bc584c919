"""The form of the questions of a plan, with the files that some of them ask for."""

import re
from contextlib import suppress

from crispy_forms.layout import Div
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

from applications.calls.models import Question
from applications.intake import answers
from applications.intake.fields import TableField, field_for
from applications.intake.forms import SAVE, Versioned
from applications.kernel.forms import layout


class PlanForm(Versioned):
    """Questions of the plan: those of one part, or what a supplement opens. A draft may leave any of them open."""

    def __init__(self, *args, application, questions, **options):
        super().__init__(*args, **options)
        given, here = application.answers, {question.code for question in questions}
        # What was sent is kept, also where its question is asked no more since the page was loaded.
        sent = {re.sub(r"-[0-9]{1,3}-[^-]+$", "", name) for name in self.data}
        asked = [question for question in questions if answers.is_asked_of(question, application, here)]
        shown = [question for question in questions if question in asked or f"answer_{question.code}" in sent]
        self.unasked = [question for question in shown if question not in asked]
        self.questions = [question for question in shown if question.kind != Question.Kind.FILE]
        for question in self.questions:
            name = f"answer_{question.code}"
            self.fields[name] = field = field_for(question, given.get(question.code))
            if isinstance(field, TableField) and name in self.initial:  # as it was typed
                with suppress(ValidationError):
                    field.clean(self.initial[name])  # what is wrong stands at its cells
        rows = (
            Upload(question) if question.kind == Question.Kind.FILE else asked_when(question, here)
            for question in shown
        )
        self.helper = layout("version", *rows, button=SAVE)

    @property
    def said(self):
        """{name of a cell as it was sent: what is wrong with it} of all tables."""
        return {
            f"{name}-{field.widget.at(self.data, name)[place]}-{code}": fault
            for name, field in self.fields.items()
            if isinstance(field, TableField)
            for (place, code), fault in field.widget.faults.items()
        }

    @property
    def answers(self):
        """{code: answer} of what was typed well."""
        names = {question.code: f"answer_{question.code}" for question in self.questions}
        return {code: self.cleaned_data[name] for code, name in names.items() if name in self.cleaned_data}

    @property
    def kept(self):
        """Labels of the questions that are asked no more and whose answers are kept."""
        return [one.label for one in self.unasked if not answers.is_blank(self.answers.get(one.code))]


def asked_when(question, here):
    """The field of a question; asked after one of `here` (codes), in a box that is hidden while that is answered otherwise."""
    name = f"answer_{question.code}"
    if (other := question.condition.get("question")) not in here:
        return name
    when = " ".join(question.condition["is"])
    return Div(name, data_asked_by=f"answer_{other}", data_asked_when=when)


class Upload:
    """Where the file of a question is uploaded: a row of `papers` of the page, at its place among the questions."""

    def __init__(self, question):
        self.question = question

    def render(self, form, context, **_options):
        rows = [row for row in context.get("papers", ()) if row[0].question_id == self.question.pk]
        facts = context.flatten() | {"papers": rows}
        return render_to_string("intake/_question_file.html", facts) if rows else ""
