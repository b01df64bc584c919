"""Tables of what reviewers are paid to: the account of each, sealed, apart from everything else that is known of them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.kernel import clock, sealing

BANKS = {  # by the codes of the bank clearing (금융결제원)
    "002": _("Korea Development Bank"), "003": _("Industrial Bank of Korea"), "004": _("KB Kookmin Bank"), "007": _("Suhyup Bank"),
    "011": _("NH NongHyup Bank"), "012": _("NongHyup (local)"), "020": _("Woori Bank"), "023": _("SC First Bank Korea"),
    "027": _("Citibank Korea"), "031": _("iM Bank"), "032": _("Busan Bank"), "034": _("Gwangju Bank"), "035": _("Jeju Bank"),
    "037": _("Jeonbuk Bank"), "039": _("Kyongnam Bank"), "045": _("MG Community Credit"), "048": _("Credit unions"),
    "050": _("Savings banks"), "064": _("Forestry cooperatives"), "071": _("Korea Post"), "081": _("Hana Bank"), "088": _("Shinhan Bank"),
    "089": _("K bank"), "090": _("KakaoBank"), "092": _("Toss Bank"),
}  # fmt: skip
SHOWN = 4  # digits at the end of a number that its owner reads again


class PayeeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Finance sees all, reviewers their own; for everybody else there is none."""
        if not user.is_authenticated:
            return self.none()
        match user.role:
            case Role.FINANCE:
                return self
            case Role.REVIEWER:
                return self.filter(user=user.pk)
        return self.none()


class PayeeAccount(models.Model):
    """The bank account of a reviewer. Bank, number and holder are sealed for exactly this person."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="payee_account")
    sealed = models.TextField(editable=False)
    changed_at = models.DateTimeField(default=clock.now)

    objects = PayeeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed__startswith=sealing.BEGINNING), name="payee_account_is_sealed"
            )
        ]

    def __str__(self):
        return self.user.name

    def opened(self):
        """{"bank", "number", "holder"} in plain text; raises sealing.Unreadable."""
        return sealing.opened(self.sealed, whose=self.user.key)

    def masked(self):
        """(bank, the number but for its end) as its owner reads it again; raises sealing.Unreadable."""
        found = self.opened()
        return BANKS.get(found["bank"], found["bank"]), f"••••{found['number'][-SHOWN:]}"
