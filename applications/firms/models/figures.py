"""The figures of a firm's closed years."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.firms.models import Firm


class YearlyFigures(models.Model):
    """What a firm sold, exported, spent on R&D, and how many people it had, in one closed year."""

    firm = models.ForeignKey(Firm, models.CASCADE, related_name="figures")
    year = models.PositiveSmallIntegerField(_("year"))
    sales_krw = models.PositiveBigIntegerField(_("sales (won)"))
    exports_krw = models.PositiveBigIntegerField(_("exports (won)"))
    employees = models.PositiveIntegerField(_("full-time employees"))
    rnd_krw = models.PositiveBigIntegerField(_("R&D spending (won)"))
    # From the balance sheet of the year, all four or none of them; screening computes its ratios from them (E08).
    equity_krw = models.BigIntegerField(_("equity (won)"), null=True, blank=True)
    liabilities_krw = models.PositiveBigIntegerField(_("liabilities (won)"), null=True, blank=True)
    current_assets_krw = models.PositiveBigIntegerField(_("current assets (won)"), null=True, blank=True)
    current_liabilities_krw = models.PositiveBigIntegerField(
        _("current liabilities (won)"), null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "year"], name="figures_once_a_year"),
            models.CheckConstraint(
                condition=Q(exports_krw__lte=F("sales_krw")), name="figures_exports_in_sales"
            ),
            models.CheckConstraint(
                condition=Q(
                    equity_krw=None,
                    liabilities_krw=None,
                    current_assets_krw=None,
                    current_liabilities_krw=None,
                )
                | Q(
                    equity_krw__isnull=False,
                    liabilities_krw__isnull=False,
                    current_assets_krw__isnull=False,
                    current_liabilities_krw__lte=F("liabilities_krw"),
                ),
                name="figures_whole_balance",
            ),
        ]
        ordering = ["-year"]

    def get_absolute_url(self):
        return reverse("firms:figures", args=[self.firm.key])
