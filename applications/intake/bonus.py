"""What a firm claims a bonus for: {id of the item: what shows it} in Application.claims."""

from django.utils.translation import gettext_lazy as _

from applications.calls.models import RequiredPaper
from applications.kernel.errors import Gap


def claimed(application):
    """[(item, what shows it)] in the order of the call."""
    claims = application.claims
    if not claims:
        return []
    return [(item, claims[str(item.pk)]) for item in application.call.bonus_items if str(item.pk) in claims]


def claimed_alike(call, application):
    """What another application claims, for the items of this call that have the same name there."""
    words = {item.name: words for item, words in claimed(application)}
    return {str(item.pk): words[item.name] for item in call.bonus_items if item.name in words}


def missing(application):
    """A gap for each claim that does not say what shows it."""
    return [
        Gap(
            _("Missing: %(what)s") % {"what": _("evidence of “%(item)s”") % {"item": item}},
            f"shown_{item.pk}",
            "bonus",
        )
        for item, words in claimed(application)
        if not words
    ]


def traits(application):
    """What a firm is by what it claims: whether it has to upload a proof (calls.rules.need)."""
    return {RequiredPaper.Trait.BONUS for item, _words in claimed(application) if item.by_file}


def frozen(application):
    """The claims as plain data: a snapshot keeps the words and the points of that day."""
    return [
        {"item": item.name, "points": str(item.points), "evidence": words}
        for item, words in claimed(application)
    ]
