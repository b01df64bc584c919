"""What was typed into a draft and cannot be taken as it is, such as a text over its limit: nothing of it is lost, nor handed in.

Kept in Application.typed until it is mended: {section: {field: [as it was typed, how many characters too many]}}.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from applications.kernel.errors import Gap

LABELS = {
    "title": gettext_lazy("title of the plan"),
    "summary": gettext_lazy("summary"),
    "institutions": gettext_lazy("Joint and subcontracted institutions"),
    "demand_name": gettext_lazy("Name of the demand company"),
    "demand_number": gettext_lazy("Business registration number"),
    "demand_item": gettext_lazy("Item in demand"),
    "challenge_person": gettext_lazy("Name of the reviewer"),
    "challenge_institution": gettext_lazy("Institution"),
    "challenge_reason": gettext_lazy("Why"),
}


def labels(call):
    """{field: what people call it} of all that is typed into an application to this call."""
    questions = {f"answer_{question.code}": question.label for question in call.asked}
    return LABELS | questions | {f"shown_{item.pk}": item.name for item in call.bonus_items}


def names(application):
    """The fields in which something stands that cannot be taken as it is."""
    return {name for fields in application.typed.values() for name in fields}


def gaps(application):
    """A gap for each of them: it says by how much a text is too long."""
    found = labels(application.call) if application.typed else {}
    return [
        Gap(_why(over) % {"what": found.get(name, name), "over": over}, name, section)
        for section, fields in application.typed.items()
        for name, (_text, over) in fields.items()
    ]


def _why(over):
    if not over:
        return _("Not as asked yet, but kept as you typed it: %(what)s")
    return ngettext(
        "Too long by %(over)d character: %(what)s", "Too long by %(over)d characters: %(what)s", over
    )


def as_typed(label):
    return _("%(what)s (as typed)") % {"what": label}


def in_words(text):
    """What was typed as one text, also where it is a table."""
    if not isinstance(text, list):
        return str(text)
    return "\n".join(" · ".join(row.values()) if isinstance(row, dict) else str(row) for row in text)
