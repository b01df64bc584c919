"""The means of groups of criteria over the sheets that count: what a ranking shows and what a firm reads."""

from decimal import Decimal

from django.db.models import Count, DecimalField, F, Sum

from applications.review.models import Assignment, Score


def group_means(call, applications, criteria):
    """{application id: {group id: mean of its standing sheets}}; points, untrimmed and unrounded. One query, of sums.

    applications: of this call, as ids or a query; who has no such sheet is not among them. criteria: {group id: how many it
    has}; a sheet that is handed in has a score of each.
    """
    value, of = (F("value") * F("criterion__points"), 100) if call.scale == "percent" else (F("value"), 1)
    standing = Assignment.objects.filter(application__in=applications).standing()
    rows = (
        Score.objects.filter(assignment__in=standing)
        .order_by()
        .values_list("assignment__application", "criterion__group")
        .annotate(
            whole=Sum(value, output_field=DecimalField(max_digits=14, decimal_places=3)),
            number=Count("pk"),
        )
    )
    found = {}
    for application, group, whole, number in rows:
        found.setdefault(application, {})[group] = Decimal(whole) * criteria[group] / number / of
    return found
