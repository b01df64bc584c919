"""What the record of a firm says, in the words of those who read it: never a stored value."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.firms.models import Firm, Right
from applications.firms.models.figures import YearlyFigures

MORE = {"technologies": gettext_lazy("root technologies")}


def people_in(entries):
    """Ids of everybody whom these entries speak of, besides who acted."""
    found = set()
    for entry in entries:
        for values in (entry.before or {}, entry.after or {}):
            found |= {values["user"]} if "user" in values else set()
            found |= set(values.get("users", ()))
    return found


def told(entry, names):
    """What an entry says beyond its verb, as one line; empty where the verb says it all.

    names: the name of each person that it speaks of, by id.
    """
    before, after = entry.before or {}, entry.after or {}
    match entry.verb:
        case "edit":
            return ", ".join(_label(Firm, name) for name in _in_order(Firm, after))
        case "set_figures":
            return f"{after['year']}: " + ", ".join(
                _label(YearlyFigures, name) for name in _in_order(YearlyFigures, after) if name != "year"
            )
        case "remove_figures":
            return str(before["year"])
        case "invite_member" | "join":
            return _right(after["right"])
        case "change_right":
            return f"{_name(names, after['user'])}: {_right(before['right'])} → {_right(after['right'])}"
        case "take_back_invitation":
            return _right(before["right"])
        case "remove_member":
            return f"{_name(names, before['user'])} ({_right(before['right'])})"
        case "accept_request":
            return f"{_name(names, after['user'])} ({_right(after['right'])})"
        case "decline_request" | "end_request":
            return _name(names, before["user"])
        case "hand_over" | "appoint_owner":
            earlier = [before["user"]] if "user" in before else before["users"]
            return f"{', '.join(_name(names, person) for person in earlier) or '–'} → {_name(names, after['user'])}"
        case "let_editors_submit":
            return _("Owners and editors") if after["editors_submit"] else _("Only owners")
    return ""


def _label(model, name):
    return capfirst(str(MORE.get(name) or model._meta.get_field(name).verbose_name))


def _right(value):
    return str(Right(value).label)


def _name(names, person):
    return names.get(person) or _("Somebody")


def _in_order(model, names):
    """Names of fields as the model has them, and not as a database keeps the keys of JSON."""
    fields = [field.name for field in (*model._meta.fields, *model._meta.many_to_many)]
    return sorted(names, key=lambda name: fields.index(name) if name in fields else len(fields))
