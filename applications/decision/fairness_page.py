"""The public page of the figures of a call: who applied and who was selected, in groups that tell of nobody alone."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from applications.calls.models import Call
from applications.decision import fairness, fairness_chart
from applications.decision.appeals import Appeal
from applications.firms.models import Firm
from applications.kernel.taxonomy import IndustryField, Region, terms_of
from applications.kernel.web import page


@page("GET", public="Once a list is confirmed everybody may see how it came out.")
def figures(request, key):
    """Before its list is confirmed a call has no figures: it is answered as missing."""
    call = get_object_or_404(Call.objects.published(), key=key)
    found = fairness.latest(call)
    if found is None:
        raise Http404
    facts = found.facts
    load, spread = (
        said and said | {"drawing": fairness_chart.bins(said["bins"], words)}
        for said, words in (
            (facts["load"], fairness_chart.sheets),
            (facts["spread"], fairness_chart.points),
        )
    )
    return render(
        request,
        "decision/figures.html",
        {
            "call": call,
            "report": found,
            "facts": facts,
            "ratio": facts["applications"] / facts["places"] if facts["places"] else None,
            "sections": sections(facts["by"]),
            "load": load,
            "spread": spread,
            "outcomes": facts["appeals"]["outcomes"] and [
                (Appeal.Status(name).label, number) for name, number in facts["appeals"]["outcomes"].items()
            ],
        },
    )  # fmt: skip


def sections(by):
    """[(name, heading, drawing, finding)] of the groups by field, region, size and year of founding."""
    fields = {field.code: str(field) for field in terms_of(IndustryField)}
    regions = {region.code: str(region) for region in terms_of(Region)}
    sizes = {code: str(name) for code, name in Firm.Size.choices}
    found = []
    for name, heading, words in (
        ("field", _("By field"), lambda codes: fairness_chart.named(fields, codes)),
        ("region", _("By region"), lambda codes: fairness_chart.named(regions, codes)),
        ("size", _("By size class"), lambda codes: fairness_chart.named(sizes, codes)),
        ("founded", _("By year of founding"), fairness_chart.years),
    ):
        drawing = fairness_chart.groups(by[name], words)
        found.append((name, heading, drawing, fairness_chart.finding(drawing)))
    return found
