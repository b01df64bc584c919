"""The sheets that officers can bring in, and the workbook that each begins with."""

from io import BytesIO

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from applications.cohort.importing import COHORT
from applications.firms.importing import FIRMS
from applications.kernel.sheets import MOST_ROWS
from applications.review.importing import REVIEWERS

SHEETS = {sheet.name: sheet for sheet in (FIRMS, COHORT, REVIEWERS)}


def template_of(sheet):
    """A workbook with the headings of a sheet, its choices to be chosen from, and a page that says what belongs where."""
    file = BytesIO()
    book = Workbook(file)
    bold, text, plain = (
        book.add_format({"bold": True}),
        book.add_format({"num_format": "@"}),
        book.add_format(),
    )
    page, words = book.add_worksheet(str(sheet.title)), book.add_worksheet(_("How to fill it in"))
    page.freeze_panes(1, 0)
    words.set_column(0, 2, 40)
    words.write_row(0, 0, [_("Column"), _("What belongs there"), _("Words that may stand there")], bold)
    line = 1
    for column, one in enumerate(sheet.fields):
        page.write_string(0, column, f"{one.label}{'*' if one.required else ''}", bold)
        page.set_column(column, column, 20, text if one.as_text else plain)
        options = [str(option.label) for option in one.options()] if one.options else []
        needed = _("Always filled in.") if one.required else _("May be empty.")
        words.write_string(line, 0, str(one.label), bold)
        words.write_string(line, 1, f"{needed} {one.hint}".strip())
        words.write_column(line, 2, options)
        if options and not one.many:
            page.data_validation(1, column, MOST_ROWS, column, {
                "validate": "list", "source": f"='{words.name}'!$C${line + 1}:$C${line + len(options)}",
            })  # fmt: skip
        line += max(1, len(options)) + 1
    book.close()
    file.seek(0)
    return file
