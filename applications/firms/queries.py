"""What pages and tasks of firms look for."""

from datetime import timedelta

from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.functions import Length

from applications.accounts.models import User
from applications.firms.models import Firm, Right
from applications.firms.models.joining import JoinRequest
from applications.firms.models.standing import BusinessStatus
from applications.firms.rules.names import SHORTEST, halves, likeness
from applications.kernel.search import Holds

FRESH = timedelta(hours=24)  # an answer of the tax office
MOST_COMPARED = 500  # names of firms, on a page
PATIENCE = timedelta(hours=1)  # after which an office that gave none is asked again


def owners_of(firm):
    """Owners with a living account: who is told."""
    return User.objects.filter(memberships__firm=firm, memberships__right=Right.OWNER, is_active=True)


def to_be_let_in(user, now):
    """Requests to join a firm of this owner that wait for an answer, those that end first on top."""
    own = Q(firm__members__user=user, firm__members__right=Right.OWNER)
    return (
        JoinRequest.objects.open(now).filter(own).select_related("firm", "person").order_by("ends_at", "pk")
    )


def firm_with_number(business_number):
    """The firm with this whole number, for an administrator, who finds firms in no other way."""
    return Firm.objects.filter(business_number=business_number).first()


def namesakes_of(firm):
    """[(another firm, why its name looks alike)], the same names first; near ones are looked for among those with half of it."""
    key, letters = firm.name_key, len(firm.name_key)
    if not key:
        return []
    first, last = halves(key)
    same, half = Q(name_key=key), Q(name_key__startswith=first) | Q(Holds("search_text", last))
    near = half & Q(letters__range=(letters - 1, letters + 1))
    found = Firm.objects.alias(letters=Length("name_key")).exclude(pk=firm.pk)
    found = found.filter(same | near if letters >= SHORTEST else same)
    found = found.order_by(Case(When(same, then=0), default=1), "pk")[:MOST_COMPARED]
    return [(other, why) for other in found if (why := likeness(key, other.name_key))]


def to_ask_the_tax_office_about(now):
    """Firms that the office has never answered for, and those with open drafts whose answer is a day old."""
    asked = BusinessStatus.objects.filter(firm=OuterRef("pk"))
    never_answered = ~Exists(asked.filter(answered=True))
    not_fresh = ~Exists(asked.filter(answered=True, asked_at__gt=now - FRESH))
    not_just_now = ~Exists(asked.filter(asked_at__gt=now - PATIENCE))
    has_draft = Exists(Firm.objects.filter(pk=OuterRef("pk"), applications__status="draft"))
    return Firm.objects.filter(not_just_now, Q(never_answered) | Q(has_draft, not_fresh)).order_by("pk")


def names_of(people):
    """{id: name} of these people."""
    return dict(User.objects.filter(pk__in=people).values_list("pk", "name"))
