"""An application as a document to be read on paper: what the page of it shows, in the same order."""

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.intake import rules
from applications.intake.queries import facts
from applications.kernel.pdf import typeset
from applications.templatetags.grants import number_shown

OPEN = "–"


def written(application, *, at) -> bytes:
    """The application as a tagged PDF in the present language, as it stands at this instant."""
    found = facts(application)
    data = {
        "lang": get_language(),
        "title": application.title or application.call.title,
        "heading": application.title or application.call.title,
        "number": application.number or str(_("Draft")),
        "demo": _("Demonstration: not a document of the Korean government. All firms and people are fictional.")
        if settings.DEMO
        else "",
        "firm": f"{application.firm.name} ({application.firm.shown_number}) · {application.call.title}",
        "state": f"{application.firm_status} · {rules.shown(at)}",
        "sections": [
            {"title": _("The plan"), "answers": plan(application, found["technologies"])},
            *(
                [{"title": _("Costs and shares"), "answers": money(application, found["plan"])}]
                if application.call.is_rnd
                else []
            ),
            *([{"title": _("Partners"), "answers": partners(found["partners"])}] if found["partners"] else []),
            *(
                {"title": part.title, "answers": [as_data(answer) for answer in answers]}
                for part, answers in found["parts"]
            ),
            *([{"title": _("Bonus"), "answers": claims(found["claims"])}] if found["claims"] else []),
            {"title": _("Papers"), "answers": papers(found["documents"])},
        ],
    }  # fmt: skip
    return typeset("intake/application.typ", data, at=at)


def plan(application, technologies):
    return [
        words(_("Title"), application.title),
        words(_("New-industry field"), application.field),
        words(_("Root technologies"), ", ".join(map(str, technologies))),
        words(_("Summary"), application.summary),
    ]


def money(application, plan):
    columns = [
        [_("Cost item"), False],
        *([label, True] for label in (_("In cash"), _("In kind"), _("Together"))),
    ]
    rows = [
        [str(item), *(krw(amount or None) or OPEN for amount in costs)] for _code, item, *costs in plan.rows
    ]
    items = {"label": _("Cost by item (won)"), "words": OPEN, "columns": columns, "rows": rows}
    return [
        words(_("Total cost (won)"), krw(application.total_krw)),
        words(_("Grant asked for (won)"), krw(application.requested_krw)),
        words(_("Own share in cash (won)"), krw(application.cash_krw)),
        *([items] if rows else []),
    ]


def partners(states):
    """Names and roles, as on the page of it."""
    return [words(str(named.label), f"{named.name}\n{named.role}") for named, _partner, _state in states]


def claims(found):
    return [words(f"{item} ({number_shown(item.points)})", shown) for item, shown in found]


def papers(documents):
    rows = [[document.paper.name, document.file.name, f"{document.file.size:,}"] for document in documents]
    columns = [[_("Paper"), False], [_("File"), False], [_("Size (bytes)"), True]]
    return [{"label": _("Papers"), "words": OPEN, "columns": columns, "rows": rows}]


def as_data(answer):
    return {
        "label": answer.question.label,
        "words": answer.words or OPEN,
        "columns": [[label, is_number] for label, is_number in answer.columns],
        "rows": [[cell or OPEN for cell in row] for row in answer.rows],
    }


def words(label, value):
    return {"label": label, "words": str(value or OPEN), "columns": [], "rows": []}


def krw(value):
    return None if value is None else f"{value:,}"
