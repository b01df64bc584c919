"""Terms of law and of our own promises as rows: how many days, which days, and on what they stand (docs/domain.md)."""

from datetime import date, datetime, time, timedelta

from django.db import models

from applications.kernel import calendar
from applications.kernel.clock import KST


class LegalClock(models.Model):
    """One term in days; a change in law changes its row, never the code."""

    code = models.SlugField(max_length=30, unique=True)
    days = models.PositiveSmallIntegerField()
    business = models.BooleanField()  # counted in business days, else in days
    basis = models.CharField(max_length=100)  # the article, or that it is ours

    def __str__(self):
        return self.code

    def last_day(self, begun: datetime) -> date:
        """The last day of the term in Korea: the first day is not counted, and it ends on no holiday."""
        if self.business:
            return calendar.add_business_days(begun.astimezone(KST).date(), self.days)
        return calendar.last_day(begun, self.days)

    def ends_at(self, begun: datetime) -> datetime:
        """The exclusive instant at which the term is over: midnight in Korea after its last day."""
        return datetime.combine(self.last_day(begun) + timedelta(days=1), time(), KST)


def legal_clock(code: str) -> LegalClock:
    return LegalClock.objects.get(code=code)


def legal_clocks() -> dict:
    """{code: the clock} of all of them, in one query."""
    return {clock.code: clock for clock in LegalClock.objects.all()}


CLOCKS = [  # code, days, counted in business days, basis
    ("call_notice", 30, False, "국가연구개발혁신법 시행령 제9조 제1항"),
    ("late_extension", 3, True, "ours"),
    ("inquiry", 3, True, "ours"),
    ("paper_entry", 3, True, "ours"),
    ("appeal", 10, False, "국가연구개발혁신법 제14조 제6항"),
    ("appeal_answer", 30, False, "국가연구개발혁신법 제14조 제7항"),
    ("agreement", 30, False, "국가연구개발혁신법 시행령 제13조 제2항"),
    ("visit_notice", 3, False, "뿌리산업법 시행령 제17조의2 제3항"),  # by analogy
]


def load(apps, schema_editor):
    """Add the clocks that the table does not hold yet; called by migrations with their own model."""
    table = apps.get_model("applications", "LegalClock")
    there = set(table.objects.values_list("code", flat=True))
    table.objects.bulk_create(
        table(code=code, days=days, business=business, basis=basis)
        for code, days, business, basis in CLOCKS
        if code not in there
    )
