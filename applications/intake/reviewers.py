"""The filter of applications by who reviews them. Sheets belong to a later room; they are asked for by the name of their table."""

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from applications.kernel.queryline import ME, folded


@dataclass(frozen=True)
class Reviewer:
    """A filter by a reviewer's name; "me" stands for whom one asked, or for oneself."""

    name: str
    label: str
    example: str

    def typed(self, text, asked):
        if not folded(text):
            return None
        sheets = apps.get_model("applications", "Assignment").objects.filter(application=OuterRef("pk"))
        if folded(text) in ME:
            return Q(Exists(sheets.filter(Q(assigned_by=asked.by) | Q(reviewer=asked.by))))
        return Q(Exists(sheets.filter(reviewer__name__icontains=text)))
