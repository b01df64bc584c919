"""How the pages write won, instants and statuses; nothing here queries."""

from django import template
from django.template.defaultfilters import date as date_filter
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.kernel.clock import KST

register = template.Library()

TONES = {
    "draft": "neutral", "submitted": "info", "returned": "warning", "ineligible": "danger", "in_review": "info",
    "reviewed": "info", "selected": "success", "reserved": "warning", "declined": "neutral", "agreed": "success",
    "withdrawn": "neutral", "open": "success", "soon": "info", "closed": "neutral", "preparing": "warning",
    "proposed": "warning", "approved": "info", "published": "success", "replaced": "neutral", "offered": "warning",
    "in_force": "success", "requested": "warning", "verified": "info", "paid": "success", "refused": "danger",
    "sheet_open": "neutral", "sheet_handed_in": "success", "sheet_excluded": "neutral", "none": "warning", "clear": "success", "conflict": "danger",
    "waiting": "warning", "sending": "info", "sent": "success", "failed": "danger", "uncertain": "danger", "overdue": "danger",
}  # fmt: skip
WEEKDAYS = "월화수목금토일"
CALL_STATES = {
    "preparing": _("In preparation"),
    "soon": _("Opens soon"),
    "open": _("Open"),
    "closed": _("Closed"),
}


@register.filter
def won(krw):
    """1,234,000 or a dash: an amount in whole won."""
    return "–" if krw is None else f"{krw:,}"


@register.filter
def instant(value):
    """2027. 1. 29.(금) 18:00 in Korean, 29 Jan 2027, 18:00 in English; Korean time."""
    if value is None:
        return "–"
    value = value.astimezone(KST)
    if get_language() == "ko":  # by hand: it stands in every row of every list
        return f"{value.year}. {value.month}. {value.day}.({WEEKDAYS[value.weekday()]}) {value:%H:%M}"
    return date_filter(value, "j M Y, H:i")


@register.filter
def day(value):
    """2027. 1. 29. in Korean, 29 Jan 2027 in English."""
    if value is None:
        return "–"
    return (
        f"{value.year}. {value.month}. {value.day}."
        if get_language() == "ko"
        else date_filter(value, "j M Y")
    )


@register.filter
def tone(status):
    """The colour of a status badge; its word says the same."""
    return TONES.get(status, "neutral")


@register.simple_tag
def badge(status, label):
    """A status in its word and its colour."""
    return format_html('<span class="badge badge-{}">{}</span>', tone(status), label)


@register.filter
def score(value):
    """A score as it was rounded, or a dash."""
    return "–" if value is None else f"{value:.2f}"


@register.filter
def call_state(state):
    return CALL_STATES[state]


@register.filter
def size(octets):
    """A file size in KB or MB."""
    return f"{octets / 1024 / 1024:.1f} MB" if octets >= 1024 * 1024 else f"{max(1, octets // 1024)} KB"


@register.filter
def number_shown(value):
    """A score without needless zeros."""
    return "–" if value is None else f"{value.normalize():f}"


VERBS = {
    "begin": _("Begun"), "submit": _("Submitted"), "add_paper": _("Paper added"), "remove_paper": _("Paper removed"),
    "send_back": _("Supplement requested"), "hand_in_supplement": _("Supplement handed in"),
    "take_as_is": _("Taken without the supplement"),
    "propose_exclusion": _("Exclusion proposed"), "turn_down_exclusion": _("Exclusion turned down"),
    "rule_out": _("Ruled out"), "readmit": _("Exclusion undone"), "open_review": _("Found eligible"),
    "adjust": _("Points adjusted"), "assign": _("Reviewer assigned"), "close_review": _("Review closed"),
    "reopen_review": _("Review reopened"), "select": _("Selected"), "reserve": _("Put on the reserve list"),
    "decline": _("Not selected"), "agree": _("Agreement in force"), "withdraw": _("Withdrawn"),
    "propose": _("List proposed"), "approve": _("Approved"), "replace": _("Replaced"), "schedule": _("Publication set"),
    "take_effect": _("Took effect"), "draft": _("Drafted"), "amend_draft": _("Terms changed"), "offer": _("Offered"),
    "sign": _("Signed"), "request": _("Requested"), "verify": _("Verified"), "pay": _("Recorded as paid"),
    "refuse": _("Refused"), "allocate": _("Allocated"), "open_line": _("Budget line opened"), "seat": _("Seat taken"), "end_seat": _("Designation ended"),
    "register": _("Registered"), "edit": _("Edited"), "invite": _("Invited"), "change_role": _("Role changed"),
    "deactivate": _("Deactivated"), "reactivate": _("Activated again"), "unlock": _("Unlocked"),
    "reset_second_factor": _("Second factor reset"), "invite_member": _("Member invited"), "join": _("Joined"),
    "change_right": _("Right changed"), "remove_member": _("Member removed"), "prepare": _("Prepared"),
    "set_points": _("Points set"), "publish": _("Published"), "declare": _("Declared free of conflict"),
    "step_back": _("Conflict declared"), "save": _("Saved"), "hand_in": _("Handed in"), "reopen": _("Given back"),
    "reopened_values": _("Values before"), "exclude": _("Excluded"), "set_profile": _("Profile set"),
    "edit_own": _("Own details changed"), "create_administrator": _("Created"),
}  # fmt: skip


@register.filter
def verb(entry):
    """What an audit entry says happened, in words."""
    return VERBS.get(entry.verb, entry.verb)


THINGS = {
    "application": _("Application"), "submission": _("Receipt"), "document": _("Paper"), "assignment": _("Sheet"),
    "call": _("Call"), "firm": _("Firm"), "member": _("Member"), "invitation": _("Invitation"), "user": _("Person"),
    "proposal": _("Result list"), "agreement": _("Agreement"), "payment": _("Instalment"), "budgetline": _("Budget line"),
    "allocation": _("Allocation"), "seat": _("Seat"), "letter": _("Letter"),
}  # fmt: skip
ACTS = {
    "agreement.view": _("Agreement viewed"), "application.review": _("Application read for review"),
    "application.view": _("Application viewed"), "firm.members": _("Members viewed"), "firm.view": _("Firm viewed"),
    "paper.download": _("Paper downloaded"), "receipt.view": _("Receipt viewed"), "sign_in.failed": _("Sign-in failed"),
    "sign_in.locked": _("Sign-in locked"),
}  # fmt: skip

LETTERS = {
    "account_changed": _("Account changed"), "agreement_in_force": _("Agreement in force"),
    "agreement_offered": _("Agreement offered"), "application_eligible": _("Found eligible"),
    "application_readmitted": _("Exclusion undone"), "application_received": _("Application received"),
    "application_ruled_out": _("Ruled out"), "application_withdrawn": _("Withdrawn"),
    "member_invited": _("Member invited"), "payment_made": _("Recorded as paid"), "payment_refused": _("Instalment refused"),
    "result_published": _("Result published"), "review_requested": _("Review requested"), "seat_taken": _("Seat taken"),
    "sheet_returned": _("Sheet given back"), "supplement_lapsed": _("Taken without the supplement"),
    "supplement_received": _("Supplement handed in"), "supplement_requested": _("Supplement requested"),
}  # fmt: skip
SIDES = {"firm": _("Firm"), "agency": _("Agency")}


@register.filter
def letter_kind(kind):
    """What a letter is about, for those who may not read its subject."""
    return _("Account") if kind.startswith("account/") else LETTERS.get(kind, kind)


@register.filter
def remark(entry):
    """The reason of an audit entry; a signature's is the side that signed."""
    return SIDES.get(entry.note, entry.note) if entry.verb == "sign" else entry.note


@register.filter
def thing(kind):
    """What an entry of a record is about, in words."""
    return THINGS.get(kind, kind)


@register.filter
def act(name):
    """What an entry of the access log says somebody did, in words."""
    return ACTS.get(name, name)


@register.filter
def role(name):
    """A role by its stored name, in words."""
    return dict(Role.choices).get(name, name)


class Capture(template.Node):
    """Renders its content once into a variable, so that a title can stand in two places."""

    def __init__(self, nodelist, name):
        self.nodelist, self.name = nodelist, name

    def render(self, context):
        context[self.name] = mark_safe(
            self.nodelist.render(context).strip()
        )  # each part of it is escaped already
        return ""


@register.tag
def capture(parser, token):
    """{% capture as name %} ... {% endcapture %}"""
    name = token.split_contents()[2]
    nodelist = parser.parse(["endcapture"])
    parser.delete_first_token()
    return Capture(nodelist, name)
