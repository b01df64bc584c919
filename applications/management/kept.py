"""What firms of the demonstration keep of themselves: figures, papers, colleagues."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from applications.accounts.models import Role
from applications.firms import actions as firms
from applications.firms.actions import figures, joining, vault
from applications.firms.rules.figures import years_open
from applications.kernel import clock
from applications.kernel.taxonomy import PaperKind
from applications.management.days import at
from applications.management.fiction import PDF, owner_of


def load(house, today):
    """Yearly figures and papers of a few firms; the colleagues of the first one, and somebody who asks to join it."""
    for firm in house.firms[:12]:
        figures_of(house, firm, today)
    for firm in (house.firms[0], house.firms[10]):
        papers_of(house, firm, today)
    firm, owner = house.firms[0], owner_of(house.firms[0])
    for name, shown, right in (
        ("editor", "과장 가상편집", "editor"),
        ("viewer", "사원 가상열람", "viewer"),
    ):
        colleague = house.person(f"{name}@firm.example", shown, Role.APPLICANT)
        with clock.at(at(today - timedelta(days=15), 10)):
            invitation = firms.invite(firm, email=colleague.email, right=right, by=owner)
        with clock.at(at(today - timedelta(days=15), 13)):
            firms.accept(invitation, by=colleague)
    newcomer = house.person("newcomer@firm.example", "대리 가상신입", Role.APPLICANT)
    with clock.at(at(today - timedelta(days=2), 9)):
        joining.ask(business_number=firm.business_number, by=newcomer)


def figures_of(house, firm, today):
    """The last three closed years, growing towards the sales of the profile."""
    owner = owner_of(firm)
    with clock.at(at(today - timedelta(days=20), 10)):
        years = years_open(founded_on=firm.founded_on, today=clock.today())[:3]
        for ago, year in enumerate(years):
            sales = firm.sales_krw * (100 - 8 * ago) // 100
            figures.set_figures(
                firm, year=year, sales_krw=sales, exports_krw=sales // 5, rnd_krw=sales // 25,
                employees=max(1, firm.employees - 3 * ago), by=owner,
            )  # fmt: skip


def papers_of(house, firm, today):
    """A vault with a paper that lasts, one that is valid, and one that expires soon."""
    owner = owner_of(firm)
    for code, days_ago, number in (
        ("D02", 40, "가상-사업자-1"),
        ("D08", 400, "가상-뿌리-2"),
        ("D06", 26, ""),
    ):
        kind = PaperKind.objects.get(code=code)
        day = today - timedelta(days=days_ago)
        with clock.at(at(day, 11)):
            vault.keep(
                firm, kind=kind, issued_on=day, expires_on=None, number=number,
                file=SimpleUploadedFile(f"{kind}(가상).pdf", PDF), by=owner,
            )  # fmt: skip
