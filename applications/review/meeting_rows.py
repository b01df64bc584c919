"""The rows of the table of a panel's meeting, each drawn in one go: there are hundreds of them, with a total of each reviewer."""

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

NAMED = 3  # sheets with the same text that a row names
ANY = "00000000-0000-4000-8000-000000000000"  # stands in an address for the key of a row


class Rows:
    """Draws rows with these reviewers as columns. names: {id: name} in the order of the columns; twins: {sheet id: meeting.Twin}."""

    def __init__(self, names, twins):
        self.names, self.twins = names, twins
        self.before, self.after = reverse("review:hearing", args=[ANY]).split(ANY)
        labels = _("Mean"), _("Range"), _("To be looked at"), _("Opinion"), *names.values()
        mean, spread, look, opinion, *people = (
            escape(label).replace("{", "{{").replace("}", "}}") for label in labels
        )
        self.shape = "".join([
            '<tr><td class="num">{}</td><td><a class="nowrap" href="{}">{}</a><br><span class="small">{}</span></td>',
            *(f'<td class="num" data-label="{label}">{{}}</td>' for label in (mean, spread)),
            f'<td data-label="{look}">{{}}</td><td data-label="{opinion}">{{}}</td>',
            *(f'<td class="num" data-label="{label}">{{}}</td>' for label in people), "</tr>",
        ])  # fmt: skip
        self.words = {
            "open": _("not yet"), "short": _("%(sheets)d of %(needed)d sheets"), "explained": _("far off, explained"),
            "far": _("far off, no reason yet"), "comment": _("comment missing"), "alike": _("texts alike"), "written": _("written"),
            "out": _("excluded"), "outs": _("%(sheets)d excluded"),
        }  # fmt: skip

    def row(self, place, line):
        application = line.hearing.application
        totals = dict.fromkeys((sheet.reviewer for sheet in line.excluded), self.words["out"])
        totals |= {sheet.reviewer: self._total(sheet, line) for sheet in line.sheets}
        return format_html(
            self.shape, place, f"{self.before}{line.hearing.key}{self.after}", application.number, application.firm.name,
            "–" if line.score is None else line.score, "–" if line.spread is None else f"{line.spread.normalize():f}",
            ", ".join(self._looks(line)) or "–", self.words["written"] if line.hearing.opinion else "–",
            *(totals.get(who, "") for who in self.names),  # not asked: nothing to read there
        )  # fmt: skip

    def _total(self, sheet, line):
        if not sheet.counts:
            return self.words["open"]
        shown = f"{sheet.total.normalize():f}"
        return format_html("<strong>{} ✕</strong>", shown) if sheet.pk in line.odd else shown

    def _looks(self, line):
        if line.odd:
            yield self.words["explained" if line.explained else "far"]
        if line.is_short:
            yield self.words["short"] % {"sheets": len(line.counted), "needed": line.needed}
        if line.excluded:
            yield self.words["outs"] % {"sheets": len(line.excluded)}
        if line.lacks_comments:
            yield self.words["comment"]
        if line.alike:
            yield self._alike(line)

    def _alike(self, line):
        others = {other for found in line.alike.values() for other in found}
        named = sorted(str(self.twins[pk]) for pk in others if self.twins[pk].hearing)
        more = ["…"] if len(named) > NAMED else []
        return f"{self.words['alike']} ({', '.join(named[:NAMED] + more)})" if named else self.words["alike"]
