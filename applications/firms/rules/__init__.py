"""WHETHER of firms: the form of registration numbers, and who must stay."""

import re

from django.utils.translation import gettext_lazy as _

from applications.firms.models import Right
from applications.kernel.errors import Reason

NUMBER_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
TAKEN = _("This firm is registered already. Please check the number, or ask to join the firm.")
OWN = _("You work for this firm here already.")
KEPT_BY_ITS_PEOPLE = _("This firm has people of its own here, who keep its profile.")


def digits_of(text: str) -> str:
    """ASCII digits of a number as typed, or "" where anything but digits, hyphens and spaces is in it."""
    bare = re.sub(r"[\s-]", "", text)
    return bare if re.fullmatch(r"[0-9]+", bare) else ""


def is_business_number(digits: str) -> bool:
    """Ten digits with a right check digit (docs/domain.md, business numbers)."""
    if not re.fullmatch(r"[0-9]{10}", digits) or digits == "0000000000":
        return False
    numbers = [int(digit) for digit in digits]
    total = sum(number * weight for number, weight in zip(numbers, NUMBER_WEIGHTS, strict=False))
    return (10 - (total + numbers[8] * 5 // 10) % 10) % 10 == numbers[9]


def business_number_in(word: str):
    """The business number that a word of a search is the whole of, else None."""
    return word if is_business_number(word) else None


def number_wrong(digits: str):
    """Why no firm can be registered under these digits."""
    if not is_business_number(digits):
        return [
            Reason(
                _("This is not a valid business registration number. Please check the ten digits."),
                "business_number",
            )
        ]
    return []


def is_corporate_number(digits: str) -> bool:
    """Thirteen digits with a right check digit; a wrong one is only a warning (docs/domain.md)."""
    if not re.fullmatch(r"[0-9]{13}", digits):
        return False
    total = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(digits[:12]))
    return (10 - total % 10) % 10 == int(digits[12])


def last_owner(firm, member):
    """A firm keeps an owner who can act: why this member can neither leave nor step down."""
    others = firm.members.filter(right=Right.OWNER, user__is_active=True).exclude(pk=member.pk)
    if member.right == Right.OWNER and not others.exists():
        return [Reason(_("A firm needs an owner. Please make somebody else an owner first."), "right")]
    return []
