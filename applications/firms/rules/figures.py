"""WHETHER of yearly figures: which years there are, and what cannot be."""

from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Reason

YEARS = 5


def years_open(*, founded_on, today):
    """The closed years that a firm may fill in, the latest first: five, and none before its own first."""
    last = today.year - 1
    return [year for year in range(last, last - YEARS, -1) if year >= founded_on.year]


BALANCE = ("equity_krw", "liabilities_krw", "current_assets_krw", "current_liabilities_krw")


def figures_wrong(*, sales_krw, exports_krw, **figures):
    """Why these figures cannot be right together. figures: among others those of BALANCE, each won or None."""
    wrong = []
    if exports_krw > sales_krw:
        wrong.append(Reason(_("Exports are a part of the sales and cannot be more."), "exports_krw"))
    balance = {name: figures.get(name) for name in BALANCE}
    given = [name for name, krw in balance.items() if krw is not None]
    if given and len(given) < len(BALANCE):
        said = _("Of the balance sheet please enter all four figures, or none.")
        wrong += [Reason(said, name) for name in BALANCE if name not in given]
    elif given and balance["current_liabilities_krw"] > balance["liabilities_krw"]:
        said = _("Current liabilities are a part of the liabilities and cannot be more.")
        wrong.append(Reason(said, "current_liabilities_krw"))
    return wrong
