"""The two ways in which the house says no."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One sentence for a person, and the form field it belongs to, if any."""

    text: str
    field: str = ""

    def __str__(self):
        return str(self.text)


@dataclass(frozen=True)
class Gap(Reason):
    """A reason that also says in which section of a draft it is mended."""

    section: str = ""

    @property
    def anchor(self):
        """Where it stands on the page of its section: the row of a paper, or a field of the form."""
        return self.field if self.field.startswith("paper_") else f"id_{self.field}"


class Refused(Exception):
    """Not now, or not like this: the reasons are shown to the person and nothing has changed.

    reasons: sentences (lazy translations or `Reason`); about: the thing that the person was working on.
    """

    def __init__(self, *reasons, about=None):
        self.reasons = [reason if isinstance(reason, Reason) else Reason(reason) for reason in reasons]
        self.about = about
        super().__init__(*self.reasons)

    def __str__(self):
        return " ".join(str(reason) for reason in self.reasons)

    def show_on(self, form):
        """Put each reason beside its field, or on top of the form where it has none there."""
        for reason in self.reasons:
            form.add_error(reason.field if reason.field in form.fields else None, str(reason))


class TooOften(Refused):
    """Not so often in so short a time: answered 429."""


class Denied(Exception):
    """This person may not: answered as if the thing did not exist."""
