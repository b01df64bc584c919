"""The form of what if: the marks, places, budget and quotas of a call to be tried, and a reviewer to be left out."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.decision.selection import Bound
from applications.kernel.taxonomy import IndustryField, Region, terms_of


class SupposeForm(forms.Form):
    """Begins with what the call is cut by (ruled: bounding.limits). Each field and region can be given a least and a most."""

    pass_mark = forms.DecimalField(label=_("Pass mark"), min_value=0, max_value=100, decimal_places=2)
    select_mark = forms.DecimalField(label=_("Select mark"), min_value=0, max_value=100, decimal_places=2)
    seats = forms.IntegerField(label=_("Places"), min_value=0, max_value=32767)
    reserves = forms.IntegerField(label=_("Reserve places"), min_value=0, max_value=32767)
    budget_krw = forms.IntegerField(label=_("Budget (won)"), min_value=0, required=False)
    without = forms.ChoiceField(label=_("Without the sheets of"), required=False)

    def __init__(self, *args, call, ruled, reviewers, **options):
        super().__init__(*args, initial=ruled, **options)
        self.ruled, bounds = ruled, ruled["bounds"]
        if not call.is_rnd:
            del self.fields["budget_krw"]
        self.fields["without"].choices = [
            ("", "–"),
            *((str(key), f"{name} ({number})") for key, name, number in reviewers),
        ]
        others = [
            Bound(kind, one.pk, str(one))
            for kind, table in (("field", IndustryField), ("region", Region))
            for one in terms_of(table)
            if (kind, one.pk) not in {bound.end for bound in bounds}
        ]
        self.rows = [self._row(bound) for bound in (*bounds, *others)]

    def _row(self, bound):
        """(bound, the two fields of its least and most)."""
        names = [f"{bound.kind}-{bound.pk}-{end}" for end in ("least", "most")]
        for name, label, value in (
            (names[0], _("%(name)s, at least"), bound.least or None),
            (names[1], _("%(name)s, at most"), bound.most),
        ):
            self.fields[name] = forms.IntegerField(
                label=label % {"name": bound.name},
                min_value=0,
                max_value=32767,
                required=False,
                initial=value,
            )
        return bound, *(self[name] for name in names)

    @property
    def main(self):
        """The fields beside those of the quotas."""
        return [self[name] for name in self.fields if "-" not in name]

    def clean(self):
        cleaned = super().clean()
        if (
            "pass_mark" in cleaned
            and "select_mark" in cleaned
            and cleaned["pass_mark"] > cleaned["select_mark"]
        ):
            self.add_error("pass_mark", _("The pass mark is not above the select mark."))
        for _bound, least, most in self.rows:
            ends = cleaned.get(least.name), cleaned.get(most.name)
            if None not in ends and ends[0] > ends[1]:
                self.add_error(most.name, _("The most places are not below the least."))
        return cleaned

    @property
    def limits(self):
        """What was typed, as the rules take it (bounding.limits)."""
        given = self.cleaned_data
        typed = [(bound, given[least.name] or 0, given[most.name]) for bound, least, most in self.rows]
        return {
            **{name: given[name] for name in ("seats", "reserves", "pass_mark", "select_mark")},
            "budget_krw": (budget := given.get("budget_krw")),
            "line": self.ruled["line"] if budget == self.ruled["budget_krw"] else "",
            "bounds": [
                Bound(bound.kind, bound.pk, bound.name, least, most)
                for bound, least, most in typed
                if least or most is not None
            ],
        }
