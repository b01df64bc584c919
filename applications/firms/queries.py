"""What pages and tasks of firms look for."""

from datetime import timedelta

from django.db.models import Case, Exists, OuterRef, Q, When

from applications.accounts.models import User
from applications.firms.models import Firm, Right
from applications.firms.models.joining import JoinRequest
from applications.firms.models.standing import BusinessStatus
from applications.firms.rules.names import halves, likeness, near
from applications.kernel.search import Holds

FRESH = timedelta(hours=24)  # an answer of the tax office
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


def namesakes_of(firm, most):
    """[(another firm, why its name looks alike)], those of the same name first. Near ones are looked for where half of it stands."""
    key = firm.name_key
    if not key:
        return []
    alike = same = Q(name_key=key)
    if pattern := near(key):
        first, last = halves(key)
        # In this order: what looks at the pairs of letters of a text anew takes longest.
        alike |= Q(name_key__regex=pattern) & (Q(name_key__startswith=first) | Q(Holds("search_text", last)))
    found = Firm.objects.filter(alike).exclude(pk=firm.pk).order_by(Case(When(same, then=0), default=1), "pk")
    return [(other, likeness(key, other.name_key)) for other in found[:most]]


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
