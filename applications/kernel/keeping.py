"""Views of lists that people keep: the query of an address, under a name."""

import uuid

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.kernel import clock
from applications.kernel.access import require
from applications.kernel.errors import Refused

MOST = 20  # of one person for one list


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A person's own, and those that others share; which lists they may open is asked there."""
        return self.filter(Q(owner=user) | Q(shared=True)) if user.is_authenticated else self.none()


class SavedView(models.Model):
    """What somebody asks of a list again and again. It shows nothing that the list would not show to whoever opens it."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    list = models.CharField(max_length=20)
    name = models.CharField(_("name of the view"), max_length=40)
    query = models.TextField(blank=True)
    shared = models.BooleanField(_("Show it to my colleagues too"), default=False)
    saved_at = models.DateTimeField(default=clock.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "list", "name"], name="saved_view_named_once")
        ]
        indexes = [models.Index(fields=["list", "name", "id"], name="saved_view_of_list")]


def of_list(name, user):
    """The views of a list that this person sees, their own and shared ones, by name."""
    found = SavedView.objects.visible_to(user).filter(list=name).select_related("owner")
    return found.only("key", "name", "query", "shared", "owner__name").order_by("name", "id")


@transaction.atomic
def keep(*, of, name, query, shared, by):
    """Keep a query for a list under a name; the name of an own view gets the new query."""
    require(by, "view.keep")
    if SavedView.objects.filter(owner=by, list=of).exclude(name=name).count() >= MOST:
        raise Refused(_("You have %(count)d views of this list. Please remove one first.") % {"count": MOST})
    kept = {"query": query, "shared": shared, "saved_at": clock.now()}
    view, _new = SavedView.objects.update_or_create(owner=by, list=of, name=name, defaults=kept)
    return view


def drop(view, *, by):
    """Remove one's own view, for those it was shared with too."""
    require(by, "view.drop", view)
    view.delete()
