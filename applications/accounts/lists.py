"""The list of people as data. Accounts are some thousands: any column sorts, and a word is looked for in all of them."""

from django.db.models import Q
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role, User
from applications.kernel.exporting import Taken
from applications.kernel.lists import Choice, Column, Day, List, Option, of_choices
from applications.templatetags.grants import instant


def called(word):
    """People whose name or address holds this word."""
    return Q(name__icontains=word) | Q(email__icontains=word)


def to_whom(word, path):
    """What belongs to such a person by this field."""
    return Q(**{f"{path}__in": User.objects.filter(called(word)).values("pk")})


def activity(by):
    return [Option("yes", _("Active"), True), Option("no", _("Deactivated"), False)]


def link(person):
    return format_html('<a href="{}">{}</a>', person.get_absolute_url(), person)


PEOPLE = List(
    "people",
    columns=(
        Column("name", _("Name"), lambda p: p.name, ("name", "email"), show=link, order=("name", "email")),
        Column("email", _("E-mail"), lambda p: p.email, ("email",), order=("email",)),
        Column("role", _("Role"), lambda p: p.get_role_display(), ("role",), order=("role", "email"), then=("name", "created")),
        Column("active", _("Active"), lambda p: _("Active") if p.is_active else _("Deactivated"), ("is_active",), order=("is_active", "email"), then=("name", "role", "created")),
        Column("created", _("Since"), lambda p: p.created_at, ("created_at",), show=lambda p: instant(p.created_at), order=("created_at", "id"), largest=True, css="nowrap"),
    ),
    filters=(
        Choice("role", _("Role"), "role", of_choices(Role), "role:officer"),
        Choice("active", _("Active"), "is_active", activity, "active:no"),
        Day("created", _("Since"), "created_at", "created:>2027-01-20"),
    ),
    sort="email",
    words=_("Name or e-mail"),
    rows=lambda by: User.objects.visible_to(by),
    address="accounts:people",
    holds=called,
    file=Taken("account.export", "people"),
)  # fmt: skip
