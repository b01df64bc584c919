"""How the pages write won, instants and statuses; nothing here queries."""

from functools import lru_cache

from django import template
from django.forms.utils import flatatt
from django.template.defaultfilters import date as date_filter
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.kernel.clock import KST

register = template.Library()

TONES = {
    "draft": "neutral", "submitted": "info", "returned": "warning", "ineligible": "danger", "in_review": "info",
    "reviewed": "info", "selected": "success", "reserved": "warning", "declined": "neutral", "agreed": "success",
    "withdrawn": "neutral", "cancelled": "danger", "extended": "info", "asked": "warning", "answered": "info", "replied": "neutral", "open": "success", "soon": "info", "closed": "neutral", "dropped": "neutral", "preparing": "warning",
    "proposed": "warning", "approved": "info", "allowed": "success", "published": "success", "replaced": "neutral", "sent_back": "danger", "offered": "warning",
    "in_force": "success", "requested": "warning", "verified": "info", "paid": "success", "refused": "danger",
    "sheet_open": "neutral", "sheet_handed_in": "success", "sheet_excluded": "neutral", "none": "warning", "clear": "success", "conflict": "danger",
    "scanning": "info", "clean": "success", "infected": "danger", "lasting": "neutral", "valid": "success", "expiring": "warning",
    "expired": "danger", "waiting": "warning", "sending": "info", "sent": "success", "failed": "danger", "uncertain": "danger", "overdue": "danger",
    "passed": "success", "person": "warning", "active": "success", "suspended": "warning", "ended": "danger", "unconfirmed": "neutral", "accepted": "success",
    "unreadable": "danger", "checked": "warning", "reading": "info", "writing": "info", "done": "success", "new": "success", "changed": "info", "same": "neutral", "wrong": "danger",
    "making": "info", "ready": "warning", "assigning": "info",
    "received": "info", "upheld": "success", "dismissed": "neutral", "inadmissible": "neutral", "given_up": "neutral", "set_aside": "neutral",
    "scoring": "info", "deliberating": "warning", "invited": "warning", "lapsed": "neutral",
}  # fmt: skip
WEEKDAYS = "월화수목금토일"
CALL_STATES = {
    "preparing": _("In preparation"),
    "soon": _("Opens soon"),
    "open": _("Open"),
    "closed": _("Closed"),
    "cancelled": _("Cancelled"),
}


@register.filter
def attributes(attrs):
    """The attributes of a field in one go: Django's own template decides on each of them, several times a field."""
    return flatatt(attrs)


@register.filter
def won(krw):
    """1,234,000 or a dash: an amount in whole won."""
    return "–" if krw is None else f"{krw:,}"


@register.filter
def thousands(count):
    """A count as it is read: 12,345."""
    return f"{count:,}"


@register.filter
def business_number(digits):
    """110-81-00062: ten digits as people write them; anything else as it was typed."""
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}" if len(digits) == 10 and digits.isdigit() else digits


@register.filter
def corporate_number(digits):
    """110111-0000017: thirteen digits as people write them; anything else as it was typed."""
    return f"{digits[:6]}-{digits[6:]}" if len(digits) == 13 and digits.isdigit() else digits


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
def days_left(end, now):
    """How far an end is away by the calendar: D-3, as Korean deadlines are counted."""
    days = (end.astimezone(KST).date() - now.astimezone(KST).date()).days
    if not days:
        return _("Today")
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


@register.filter
def korean(text):
    """Words that are kept in Korean only, marked as such on a page in another language."""
    return text if get_language() == "ko" or not text else format_html('<span lang="ko">{}</span>', text)


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
def mean_cells(means):
    """The cells of a row for pairs (group, mean), in one go: a ranking has hundreds of them."""
    return mark_safe("".join(f"{_cell_of(group.name)}{score(mean)}</td>" for group, mean in means))


@lru_cache(maxsize=256)
def _cell_of(name):
    """How a cell begins that says on a phone what it is."""
    return format_html('<td class="num small" data-label="{}">', name)


@register.filter
def clock_time(value):
    """14:05 on the Korean clock."""
    return f"{value.astimezone(KST):%H:%M}"


@register.filter
def call_state(state):
    return CALL_STATES[state]


@register.filter
def capped(count, most):
    """A count that was taken no further than this: 1,000 and more is 1000+."""
    return f"{count}+" if count >= most else count


@register.filter
def size(octets):
    """A file size in KB, MB or GB."""
    if octets < 1024 * 1024:
        return f"{max(1, octets // 1024) if octets else 0} KB"
    number, unit = (octets / 1024**2, "MB") if octets < 1024**3 else (octets / 1024**3, "GB")
    return f"{number:.1f}".removesuffix(".0") + f" {unit}"


@register.filter
def places(numbers):
    """Pages or paragraphs by their numbers, the first ten: 3, 5, 12 …"""
    return ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")


STANDINGS = {
    "lasting": _("No expiry"),
    "valid": _("Valid"),
    "expiring": _("Expires soon"),
    "expired": _("Expired"),
}


@register.filter
def standing(name):
    """How long a kept paper is still valid, in words."""
    return STANDINGS[name]


@register.filter
def number_shown(value):
    """A score without needless zeros."""
    return "–" if value is None else f"{value.normalize():f}"


VERBS = {
    "begin": _("Begun"), "submit": _("Submitted"), "recall": _("Recalled"), "resubmit": _("Submitted again"),
    "keep": _("Changes given up"), "add_paper": _("Paper added"), "date_paper": _("Day of a paper written"), "remove_paper": _("Paper removed"),
    "restore": _("Version brought back"), "take_over": _("Answers taken over"), "disapprove": _("Sent back"), "send_back": _("Supplement requested"), "hand_in_supplement": _("Supplement handed in"),
    "take_as_is": _("Taken without the supplement"),
    "propose_exclusion": _("Exclusion proposed"), "turn_down_exclusion": _("Exclusion turned down"),
    "rule_out": _("Ruled out"), "readmit": _("Exclusion undone"), "open_review": _("Found eligible"), "screen_again": _("Finding of eligibility undone"), "check": _("Checked"),
    "adjust": _("Points adjusted"), "assign": _("Reviewer assigned"), "plan_reviews": _("Proposal who reviews what asked for"), "use_plan": _("Proposal who reviews what used"), "change_plan": _("Proposal who reviews what changed"), "close_review": _("Review closed"),
    "ask_exemption": _("Exception to the number of sheets asked for"), "allow_exemption": _("Exception allowed"), "refuse_exemption": _("Exception not allowed"), "end_exemption": _("Exception ended by an appeal"), "appoint": _("Site visit set"), "decide_visit": _("Decided where two visitors differ"), "found": _("Found on the site visit"),
    "add_photo": _("Photo added"), "remove_photo": _("Photo removed"), "tell_stage": _("Firms told that they go on"),
    "reopen_review": _("Review reopened"), "go_on": _("Went on to the next stage"), "go_back": _("Earlier stage opened again"),
    "select": _("Selected"), "reserve": _("Put on the reserve list"),
    "decline": _("Not selected"), "agree": _("Agreement in force"), "withdraw": _("Withdrawn"),
    "propose": _("List proposed"), "approve": _("Approved"), "replace": _("Replaced"), "schedule": _("Publication set"), "hold_back": _("Instant taken back"), "stop": _("Not published at its instant"),
    "take_effect": _("Took effect"), "draft": _("Drafted"), "amend_draft": _("Terms changed"), "offer": _("Offered"),
    "sign": _("Signed"), "request": _("Requested"), "verify": _("Verified"), "pay": _("Recorded as paid"),
    "refuse": _("Refused"), "allocate": _("Allocated"), "open_line": _("Budget line opened"), "seat": _("Seat taken"), "end_seat": _("Designation ended"),
    "register": _("Registered"), "edit": _("Edited"), "invite": _("Invited"), "change_role": _("Role changed"),
    "deactivate": _("Deactivated"), "reactivate": _("Activated again"), "unlock": _("Unlocked"),
    "reset_second_factor": _("Second factor reset"), "invite_member": _("Member invited"), "take_back_invitation": _("Invitation taken back"), "join": _("Joined"),
    "ask_to_join": _("Asked to join"), "accept_request": _("Request to join accepted"),
    "decline_request": _("Request to join declined"), "end_request": _("Request to join ended"),
    "set_figures": _("Yearly figures changed"), "remove_figures": _("Yearly figures removed"),
    "hand_over": _("Handed over to another owner"), "appoint_owner": _("Owner appointed"),
    "let_editors_submit": _("Who submits applications changed"), "change_right": _("Right changed"), "remove_member": _("Member removed"), "prepare": _("Prepared"),
    "add_piece": _("Piece added"), "change_piece": _("Piece changed"), "move_piece": _("Piece moved"), "remove_piece": _("Piece removed"),
    "set_points": _("Points set"), "publish": _("Published"), "declare": _("Declared free of conflict"),
    "step_back": _("Conflict declared"), "save": _("Saved"), "hand_in": _("Handed in"), "reopen": _("Given back"), "recompute": _("Score computed again"), "ask_severity": _("Severity of reviewers asked for"), "ask_stability": _("Firmness of the cut asked for"), "report_fairness": _("Public figures written"), "stop_stability": _("Firmness of the cut given up"), "set_due": _("Due time of the sheets set"),
    "reopened_values": _("Values before"), "handed_in_values": _("Values handed in"), "exclude": _("Excluded"), "set_profile": _("Profile set"),
    "keep_paper": _("Paper put into the vault"), "renew_paper": _("Paper of the vault renewed"),
    "drop_paper": _("Paper taken out of the vault"), "edit_own": _("Own details changed"), "create_administrator": _("Created"),
    "correct": _("Corrected"), "extend": _("Extended"), "cancel": _("Cancelled"), "ask": _("Question asked"),
    "answer": _("Answered"), "reply": _("Answered to the asker only"),
    "begin_import": _("File brought in"), "confirm_import": _("Import confirmed"), "finish_import": _("Import written"),
    "make_panel": _("Panel made"), "change_panel": _("Panel changed"), "draw_candidates": _("Candidates drawn"), "invite_panelist": _("Reviewer invited"),
    "accept_seat": _("Invitation accepted"), "decline_seat": _("Invitation declined"), "remind_panelist": _("Reminded of the invitation"),
    "lapse_seat": _("Invitation not answered in time"), "release_panelist": _("No longer asked"), "appoint_chair": _("Chair named"),
    "open_deliberation": _("Deliberation opened"), "ask_reasons": _("Reasons asked for"), "explain_totals": _("Reason for totals written"),
    "conclude": _("Opinion of the panel written"), "close_panel": _("Panel closed"), "reopen_panel": _("Panel opened again"),
    "add_sitting": _("Sitting planned"), "remove_sitting": _("Sitting taken out"), "draw_order": _("Order of presentations drawn"),
    "tell_timetable": _("Timetable told"), "move_talk": _("Presentation moved"), "note_attendance": _("Attendance noted"),
    "name_partner": _("Partner named"), "accept": _("Confirmed"),
    "add_affiliation": _("Affiliation added"), "remove_affiliation": _("Affiliation taken out"),
    "begin_appeal": _("Appeal begun"), "write": _("Appeal written"), "carry_over": _("Taken over to the newer decision"), "add_evidence": _("Evidence added"), "remove_evidence": _("Evidence removed"),
    "propose_decision": _("Decision proposed"), "turn_down": _("Proposed decision sent back"), "uphold": _("Upheld"), "dismiss": _("Dismissed"),
    "find_inadmissible": _("Found inadmissible"), "score_again": _("Opened to be scored again"), "decide_again": _("Opened to be decided again"),
    "set_payee": _("Account for fees changed"), "drop_payee": _("Account for fees forgotten"),
    "set_aside": _("Set aside by an appeal"), "give_way": _("Replaced"), "promote": _("Came up from the reserve list"), "lapse": _("Reserve list ended"),
    "convene": _("Committee convened"), "edit_meeting": _("Minutes changed"), "note_members": _("Attendance noted"), "resolve": _("Decided by the committee"),
    "take_back": _("Decision taken back"), "close_meeting": _("Meeting closed"), "call_off": _("Called off"),
    "give_up": _("Given up"), "opine": _("Opinion of the panel written"),
    "sanction": _("Reviewer barred"), "lift": _("Sanction lifted"), "waive": _("Conflict allowed as an exception"), "answer_challenge": _("Request to exclude a reviewer decided"),
}  # fmt: skip


RULES = {  # of the checklist, said of whom they let pass: docs/domain.md, eligibility
    "E01": _("In business"), "E02": _("Small, medium or mid-size firm"), "E03": _("Root-firm certificate valid"),
    "E04": _("Belongs to the six new-industry fields"), "E05": _("Years in business as the call asks"), "E06": _("No taxes in arrears"),
    "E07": _("Neither insolvent nor in default"), "E08": _("Capital and debts in order"), "E09": _("Audit opinion in order"),
    "E10": _("Not barred from national R&D"), "E11": _("Not in too many projects at once"), "E12": _("Repeats no other project"),
    "E13": _("One application of a firm"), "E14": _("No unpaid wages or serious accidents"), "E15": _("Partners have confirmed"),
    "E16": _("Papers valid on the closing day"), "E17": _("No points to be taken off"),
}  # fmt: skip
OUTCOMES = {"passed": _("Met"), "failed": _("Not met"), "person": _("To be looked at")}


@register.filter
def rule(code):
    """What a rule of the checklist is about."""
    return RULES[code]


@register.filter
def outcome(name):
    """Where a rule of the checklist stands, in a word."""
    return OUTCOMES[name]


@register.filter
def verb(entry):
    """What an audit entry says happened, in words."""
    return VERBS.get(entry.verb, entry.verb)


THINGS = {
    "application": _("Application"), "submission": _("Receipt"), "document": _("Paper"), "assignment": _("Sheet"),
    "call": _("Call"), "inquiry": _("Question on a call"), "firm": _("Firm"), "member": _("Member"), "invitation": _("Invitation"), "user": _("Person"),
    "proposal": _("Result list"), "agreement": _("Agreement"), "payment": _("Instalment"), "budgetline": _("Budget line"),
    "allocation": _("Allocation"), "partner": _("Partner"), "seat": _("Seat"), "letter": _("Letter"), "import": _("Import"),
    "reviewerprofile": _("Reviewer"), "payeeaccount": _("Account of a reviewer"), "auditentry": _("Record"), "accessentry": _("Access log"), "appeal": _("Appeal"), "panel": _("Panel"), "panelist": _("Seat in a panel"), "exemption": _("Exception to the number of sheets"),
    "deliberation": _("Meeting of the committee"),
}  # fmt: skip
ACTS = {
    "appeal.view": _("Appeal viewed"), "appeal.pdf": _("Receipt of an appeal downloaded"), "evidence.download": _("Evidence downloaded"), "result.pdf": _("Notice of a result downloaded"), "certificate.pdf": _("Certificate of designation downloaded"),
    "agreement.view": _("Agreement viewed"), "application.export": _("List of applications exported"), "application.review": _("Application read for review"),
    "application.view": _("Application viewed"), "firm.members": _("Members viewed"), "firm.view": _("Firm viewed"), "firm.history": _("History of a firm viewed"),
    "import.view": _("Import viewed"), "inquiry.view": _("Question viewed"), "paper.download": _("Paper downloaded"), "paper.text": _("Text of papers viewed"), "receipt.view": _("Receipt viewed"), "receipt.pdf": _("Receipt downloaded"), "sign_in.failed": _("Sign-in failed"),
    "sign_in.locked": _("Sign-in locked"), "reviewer.view": _("Reviewer viewed"), "account.export": _("List of people exported"), "audit.export": _("Record exported"), "access.export": _("Access log exported"),
    "payee.read": _("Account of a reviewer read"), "reviewer.export": _("List of reviewers exported"), "sheet.pdf": _("Sheet downloaded"), "scores.pdf": _("Sheets of an application downloaded"),
    "account.view": _("Account viewed"), "account.list": _("List of people viewed"), "reviewer.list": _("List of reviewers viewed"), "payee.list": _("List of accounts of reviewers viewed"),
    "agreement.export": _("List of agreements exported"), "appeal.export": _("List of appeals exported"), "call.export": _("List of calls exported"), "cohort.export": _("List of designations exported"), "firm.export": _("List of firms exported"), "inquiry.export": _("List of questions exported"), "outbox.export": _("List of letters exported"), "payee.export": _("List of accounts of reviewers exported"), "payment.export": _("List of instalments exported"), "review.export": _("List of reviews exported"),
    "letter.view": _("Letter viewed"), "letter.list": _("List of letters viewed"), "letter.preview": _("Letter of a result viewed before it is sent"), "review.view": _("Review of an application viewed"),
    "payment.view": _("Instalment viewed"), "plan.view": _("Proposed assignment of reviewers viewed"), "panel.list": _("Panels of a call viewed"), "panel.view": _("Panel viewed"),
    "application.declare": _("People of an application viewed before the declaration"), "record.list": _("Record viewed"),
    "hearing.view": _("Sheets of a panel viewed"), "committee.view": _("Meeting of the committee viewed"), "committee.pdf": _("Minutes of the committee downloaded"),
}  # fmt: skip

LETTERS = {
    "join_answered": _("Request to join answered"), "join_asked": _("Asked to join"), "owner_changed": _("Owner changed"),
    "call_announced": _("New call"), "call_cancelled": _("Call cancelled"), "call_corrected": _("Call corrected"),
    "call_extended": _("Call extended"), "inquiry_answered": _("Question answered"), "inquiry_assigned": _("Question assigned"),
    "subscription_requested": _("Subscription to be confirmed"),
    "account_changed": _("Account changed"), "agreement_in_force": _("Agreement in force"),
    "agreement_offered": _("Agreement offered"), "application_eligible": _("Found eligible"),
    "application_kept": _("Changes given up"), "application_recalled": _("Recalled"),
    "application_readmitted": _("Exclusion undone"), "application_screened_again": _("Finding of eligibility undone"), "application_received": _("Application received"),
    "application_ruled_out": _("Ruled out"), "application_withdrawn": _("Withdrawn"),
    "draft_reminder": _("Not submitted yet"), "member_invited": _("Member invited"), "paper_expires": _("Paper expires"), "paper_infected": _("Virus in a paper"),
    "payee_changed": _("Account for fees changed"), "partner_accepted": _("Partner has confirmed"), "partner_asked": _("Partner asked"),
    "partner_declined": _("Partner has declined"), "partner_withdrawn": _("Partner no longer asked"),
    "payment_made": _("Recorded as paid"), "payment_refused": _("Instalment refused"),
    "recall_reminder": _("Changes not submitted yet"), "result_published": _("Result published"), "review_requested": _("Review requested"), "seat_taken": _("Seat taken"),
    "conflict_found": _("Conflict of a reviewer found"), "conflict_advised": _("Reviewer goes on in spite of a declaration"),
    "challenge_answered": _("Request to exclude a reviewer decided"), "exemption_decided": _("Exception to the number of sheets decided"),
    "visit_announced": _("Site visit announced"), "visit_planned": _("Date of a site visit"), "stage_passed": _("Goes on to the next stage"),
    "appeal_received": _("Appeal received"), "appeal_withdrawn": _("Appeal withdrawn"), "appeal_turned_down": _("Proposed decision sent back"), "appeal_decided": _("Appeal decided"),
    "reserve_promoted": _("Came up from the reserve list"), "reserve_moved": _("Number on the reserve list changed"), "reserve_ended": _("Reserve list ended"), "place_given_up": _("Given up"),
    "sheet_returned": _("Sheet given back"), "review_due": _("Sheets are due"), "supplement_lapsed": _("Taken without the supplement"),
    "panel_invited": _("Invited to a panel"), "panel_reminded": _("Reminded of an invitation"), "panel_answered": _("Invitation to a panel answered"),
    "panel_released": _("No longer asked for a panel"), "panel_chaired": _("Named chair of a panel"),
    "panel_closed": _("Panel closed"), "panel_reopened": _("Panel opened again"), "total_questioned": _("Reason for a total asked for"),
    "talk_moved": _("Presentation moved"), "talk_scheduled": _("Time of a presentation"), "talks_scheduled": _("Timetable of presentations"),
    "supplement_received": _("Supplement handed in"), "supplement_requested": _("Supplement requested"), "supplement_due": _("Supplement is due"),
}  # fmt: skip
DEEDS = {
    "owner": _("writes, submits, recalls, withdraws"), "submitter": _("writes, submits, recalls"), "editor": _("writes"), "viewer": _("reads"),
}  # fmt: skip
SIDES = {"firm": _("Firm"), "agency": _("Agency")}


@register.filter
def deeds(member, firm):
    """What a member may do with the applications of this firm."""
    return DEEDS["submitter" if member.right == "editor" and firm.editors_submit else member.right]


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


@register.filter
def named(person, reader):
    """Who somebody is: by name, or by role to who reads no names."""
    return person.name if reader.has_perm("contact.read") else person.get_role_display()


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
