"""The verbs of intake, by who does them: the firm at its draft, the firm that hands in, the screening desk."""

from applications.intake.actions.drafts import begin, begin_from_paper, edit, restore, take_over
from applications.intake.actions.handing_in import (
    hand_in_supplement,
    keep,
    recall,
    record_attempt,
    submit,
    withdraw,
)
from applications.intake.actions.mending import mend_answers, request_supplement, take_as_is
from applications.intake.actions.papers import add_paper, date_paper, remove_paper, take_paper
from applications.intake.actions.screening import (
    answer_exclusion,
    check,
    check_rest,
    open_review,
    propose_exclusion,
    readmit,
    screen_again,
)

__all__ = [
    "add_paper",
    "answer_exclusion",
    "begin",
    "begin_from_paper",
    "check",
    "check_rest",
    "date_paper",
    "edit",
    "hand_in_supplement",
    "keep",
    "mend_answers",
    "open_review",
    "propose_exclusion",
    "readmit",
    "recall",
    "record_attempt",
    "remove_paper",
    "request_supplement",
    "restore",
    "screen_again",
    "submit",
    "take_as_is",
    "take_over",
    "take_paper",
    "withdraw",
]
