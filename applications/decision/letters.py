"""The result and the receipt of an appeal as documents: the same data as their pages, from what was kept."""

from django.utils.translation import gettext as _

from applications.decision.models import Place
from applications.kernel.pdf import head, typeset
from applications.templatetags.grants import business_number, day, instant, number_shown, score, won


def result(facts) -> bytes:
    """The letter of a result as a tagged PDF in the present language. facts: of the page (contest.result_of)."""
    application, place, notice = facts["application"], facts["place"], facts["notice"]
    call, firm = application.call, application.firm
    groups = [
        [
            f"{group.stage}: {group.name}" if facts["has_stages"] else group.name,
            str(group.points),
            score(mean),
            score(beside),
        ]
        for group, mean, beside in facts["groups"]
    ]
    committee = facts["committee"] or {}
    data = {
        **head(_("Notice of the result"), application.number),
        "result": word_of(place, committee),
        "told": instant(notice.delivered_at),
        "facts": [
            [_("Call"), f"{call.title} ({call.number})"],
            [_("Firm"), f"{firm.name} ({business_number(firm.business_number)})"],
            [_("Title of the plan"), application.title],
            *([[_("In the place of"), earlier_of(facts["earlier"])]] if facts["earlier"] else []),
            *[[f"{stage} ({stage.weight}%)", score(mean)] for stage, _sheets, mean in facts["stages"]],
            [_("Base score"), score(place.base_score)],
            [_("Bonus / penalty"), f"{number_shown(facts['bonus'])} / {number_shown(facts['penalty'])}"],
            [_("Final score"), score(place.final_score)],
            [_("Pass mark and select mark"), f"{score(call.pass_mark)} / {score(call.select_mark)}"],
            [_("Reason"), place.reason],
            *([[_("Order among equals"), order_of(notice.place)]] if notice.place.among_equals else []),
            *([[_("Grant (won)"), grant_of(place, committee)]] if place.grant_krw else []),
            *([[_("Reason of the committee"), committee["reason"]]] if committee.get("reason") else []),
        ],
        "conditions_heading": _("Conditions"),
        "conditions": committee.get("conditions", ""),
        "groups_heading": _("Groups of criteria"),
        "groups_columns": [_("Group"), _("Points"), _("Your mean"), _("Mean of your field")],
        "groups": groups,
        "items_heading": _("Bonus and penalty items"),
        "items_columns": [_("Item"), _("Points"), _("Reason")],
        "items": [[name, number_shown(points) if points else _("It does not count"), grounds] for name, points, grounds in facts["items"]],
        "opinion_heading": _("Opinion of the panel"),
        "opinion": facts["opinion"],
        "to_improve_heading": _("What to improve"),
        "to_improve": facts["to_improve"],
        "panel_heading": _("Members of the panel"),
        "panel": panel_of(facts),
        "next_heading": _("What comes next"),
        "next": [next_of(place, call, notice), appeal_line(place, notice)],
    }  # fmt: skip
    return typeset("decision/result.typ", data, at=notice.delivered_at)


def grant_of(place, committee):
    """The grant (won), and what was asked for where the committee reduced it."""
    asked = committee.get("asked_krw")
    said = _("%(krw)s, reduced by the committee from %(asked)s")
    return said % {"krw": won(place.grant_krw), "asked": won(asked)} if asked else won(place.grant_krw)


def panel_of(facts):
    """The members of the panel by name, or that they are named later; empty where the call tells nobody."""
    if facts["panel_follows"]:
        return [
            _(
                "They are named on the page of the result and in this document once the time to appeal is over for every firm of the call and nothing of it waits for an answer or is decided anew."
            )
        ]
    return [f"{name} ({affiliation})" if affiliation else name for name, affiliation in facts["panel"]]


def order_of(place):
    """The place that a person gave among equals, and why."""
    said = _("Place %(place)d among those with the same score and keys: %(why)s")
    return said % {"place": place.among_equals, "why": place.proposal.order_reason}


def word_of(place, committee):
    """The result in a word or two."""
    match place.result:
        case Place.Result.SELECTED if committee.get("conditions"):
            return _("Selected with conditions")
        case Place.Result.SELECTED:
            return _("Selected")
        case Place.Result.RESERVED:
            return _("Reserve %(rank)s") % {"rank": place.reserve_rank}
    return _("Not selected")


def earlier_of(notice):
    """The notice whose place another takes, in words."""
    said = _("Our notice of %(time)s (%(result)s)")
    return said % {"time": instant(notice.delivered_at), "result": word_of(notice.place, {})}


def next_of(place, call, notice):
    """What the firm does next, and by when."""
    match place.result:
        case Place.Result.SELECTED if call.is_rnd:
            said = _("We send you the agreement; please sign it by %(day)s.")
            return said % {"day": day(notice.sign_by)}
        case Place.Result.SELECTED:
            return _("Your firm is designated as a sprout company and takes its seat among the hundred.")
        case Place.Result.RESERVED:
            said = _("If a place becomes free you are asked in the order of the reserve list.")
            until = _("It lasts until %(day)s.") % {"day": day(place.proposal.reserve_until)}
            return f"{said} {until}"
    return _("You may apply again in the next call.")


def appeal_line(place, notice):
    if place.result == Place.Result.SELECTED:
        return ""
    return _("If you do not agree you may appeal on the page of the result until %(day)s.") % {
        "day": day(notice.appeal_until)
    }


def appeal_receipt(appeal) -> bytes:
    """The receipt of an appeal as a tagged PDF in the present language."""
    application = appeal.application
    data = {
        **head(_("Receipt of an appeal"), appeal.number),
        "arrived": instant(appeal.arrived_at),
        "facts": [
            [_("Application number"), application.number],
            [_("Call"), f"{application.call.title} ({application.call.number})"],
            [_("Firm"), f"{application.firm.name} ({business_number(application.firm.business_number)})"],
            [_("Against"), against(appeal)],
            [_("Ground"), str(appeal.get_ground_display())],
            [_("Handed in by"), appeal.handed_in_by.name],
            [_("Arrived"), instant(appeal.arrived_at)],
            [_("To be answered by"), day(appeal.due_on)],
        ],
        "text_heading": _("Why the decision is wrong"),
        "text": appeal.text,
        "wanted_heading": _("What you ask for"),
        "wanted": appeal.wanted,
        "files_heading": _("Files"),
        "files_columns": [_("File and its SHA-256"), _("Size (bytes)")],
        "files": [
            [one.file.name, one.file.sha256, f"{one.file.size:,}"]
            for one in appeal.evidence.select_related("file")
        ],
        "hash_heading": _("Fingerprint of the appeal"),
        "hash": appeal.sha256,
    }
    return typeset("decision/appeal.typ", data, at=appeal.arrived_at)


def against(appeal):
    """What an appeal contests, in words."""
    return _("Being ruled out") if appeal.exclusion_id else _("The result")
