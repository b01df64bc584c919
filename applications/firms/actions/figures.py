"""The verbs of yearly figures: set those of a year, remove them."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.firms.models import Firm
from applications.firms.models.figures import YearlyFigures
from applications.firms.rules import figures as rules
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Refused

FIELDS = ("sales_krw", "exports_krw", "employees", "rnd_krw", *rules.BALANCE)


@transaction.atomic
def set_figures(firm, *, year, by, **figures):
    """Write down the figures of one closed year, or change them. figures: FIELDS; what is left out is not known."""
    figures = dict.fromkeys(FIELDS) | figures
    firm = _locked(firm, by)
    if year not in rules.years_open(founded_on=firm.founded_on, today=clock.today()):
        raise Refused(_("Figures of this year cannot be entered."), about=firm)
    if reasons := rules.figures_wrong(**figures):
        raise Refused(*reasons, about=firm)
    earlier = firm.figures.filter(year=year).values(*FIELDS).first()
    if earlier == figures:
        return
    YearlyFigures.objects.update_or_create(firm=firm, year=year, defaults=figures)
    changed = {name: value for name, value in figures.items() if value != (earlier or {}).get(name)}
    before = {name: earlier[name] for name in changed} if earlier else {}
    audit.record("set_figures", firm, by=by, before={"year": year, **before}, after={"year": year, **changed})


@transaction.atomic
def remove_figures(firm, *, year, by):
    """Take the figures of a year away again."""
    firm = _locked(firm, by)
    found = firm.figures.filter(year=year)
    earlier = found.values(*FIELDS).first()
    if earlier:
        found.delete()
        known = {name: value for name, value in earlier.items() if value is not None}
        audit.record("remove_figures", firm, by=by, before={"year": year, **known})


def _locked(firm, by):
    firm = Firm.objects.select_for_update(no_key=True).get(pk=firm.pk)
    require(by, "firm.edit", firm)
    return firm
