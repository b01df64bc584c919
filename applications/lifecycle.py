"""WHEN: every status and every move of the house on one page; WHO stands beside each move."""

from django.utils.translation import gettext_lazy as _

from applications.kernel.flow import STAYS, Flow, Move

# The values are those of the models' own choices; a test holds the two together.
APPLICATION = Flow(
    #    move                   from                                          to            who may
    Move("edit",                ("draft",),                                   STAYS,        "application.edit"),
    Move("submit",              ("draft",),                                   "submitted",  "application.submit"),
    Move("recall",              ("submitted",),                               STAYS,        "application.submit"),
    Move("resubmit",            ("submitted",),                               STAYS,        "application.submit"),
    Move("keep",                ("submitted",),                               STAYS,        "application.submit"),
    Move("mend",                ("returned",),                                STAYS,        "application.edit"),
    Move("hand_in_supplement",  ("returned",),                                "submitted",  "application.submit"),
    Move("take_as_is",          ("returned",),                                "submitted",  "application.screen"),
    Move("send_back",           ("submitted",),                               "returned",   "application.screen"),
    Move("propose_exclusion",   ("submitted", "returned"),                    STAYS,        "application.screen"),
    Move("turn_down_exclusion", ("submitted", "returned"),                    STAYS,        "application.confirm"),
    Move("rule_out",            ("submitted", "returned"),                    "ineligible", "application.confirm"),
    Move("readmit",             ("ineligible",),                              "submitted",  "application.readmit"),
    Move("check",               ("submitted",),                               STAYS,        "application.screen"),
    Move("open_review",         ("submitted",),                               "in_review",  "application.screen"),
    Move("screen_again",        ("in_review",),                               "submitted",  "application.screen_again"),
    Move("adjust",              ("in_review", "reviewed"),                    STAYS,        "application.screen"),
    Move("assign",              ("in_review",),                               STAYS,        "application.assign"),
    Move("answer_challenge",    ("submitted", "in_review"),                   STAYS,        "application.assign"),
    Move("waive",               ("in_review",),                               STAYS,        "application.waive"),
    Move("appoint",             ("in_review",),                               STAYS,        "visit.appoint"),
    Move("decide_visit",        ("in_review",),                               STAYS,        "visit.decide"),
    Move("go_on",               ("in_review",),                               STAYS,        "application.rank"),
    Move("go_back",             ("in_review",),                               STAYS,        "application.rank"),
    Move("close_review",        ("in_review",),                               "reviewed",   "application.rank"),
    Move("reopen_review",       ("reviewed",),                                "in_review",  "application.rank"),
    Move("select",              ("reviewed",),                                "selected",   "decision.publish"),
    Move("reserve",             ("reviewed",),                                "reserved",   "decision.publish"),
    Move("decline",             ("reviewed",),                                "declined",   "decision.publish"),
    Move("agree",               ("selected",),                                "agreed",     "agreement.take_effect"),
    Move("promote",             ("reserved",),                                "selected",   "decision.publish"),
    Move("lapse",               ("reserved",),                                "declined",   "decision.lapse"),
    Move("give_up",             ("selected", "reserved"),                     "given_up",   "application.give_up"),
    Move("score_again",         ("reserved", "declined"),                     "in_review",  "application.reconsider"),
    Move("decide_again",        ("reserved", "declined"),                     "reviewed",   "application.reconsider"),
    Move("withdraw",            ("draft", "submitted", "returned", "in_review", "reviewed"),
                                                                              "withdrawn",  "application.withdraw"),
)  # fmt: skip

PARTNER = Flow(
    Move("accept",              ("asked", "declined"),                        "accepted",   "partner.answer"),
    Move("decline",             ("asked", "accepted"),                        "declined",   "partner.answer"),
    Move("withdraw",            ("asked", "accepted", "declined"),            "withdrawn",  "application.edit"),
)  # fmt: skip

SHEET = Flow(
    Move("declare",             ("open", "handed_in"),                        STAYS,        "review.declare"),
    Move("save",                ("open",),                                    STAYS,        "review.score"),
    Move("hand_in",             ("open",),                                    "handed_in",  "review.score"),
    Move("reopen",              ("handed_in",),                               "open",       "review.give_back"),
    Move("exclude",             ("open", "handed_in"),                        "excluded",   "review.manage"),
    Move("step_back",           ("open", "handed_in", "excluded"),            "excluded",   "review.declare"),
    Move("set_aside",           ("open", "handed_in", "excluded"),            "set_aside",  "review.set_aside"),
)  # fmt: skip

PANEL = Flow(
    Move("open_deliberation",   ("scoring",),                                 "deliberating", "panel.preside"),
    Move("ask_reasons",         ("deliberating",),                            STAYS,        "panel.conclude"),
    Move("conclude",            ("deliberating",),                            STAYS,        "panel.conclude"),
    Move("close_panel",         ("deliberating",),                            "closed",     "panel.preside"),
    Move("reopen_panel",        ("closed",),                                  "deliberating", "panel.manage"),
)  # fmt: skip

PANELIST = Flow(
    Move("accept_seat",         ("invited",),                                 "accepted",   "panel.answer"),
    Move("decline_seat",        ("invited",),                                 "declined",   "panel.answer"),
    Move("remind_panelist",     ("invited", "lapsed"),                        "invited",    "panel.remind"),
    Move("lapse_seat",          ("invited",),                                 "lapsed",     "panel.lapse"),
    Move("release_panelist",    ("invited", "accepted", "lapsed"),            "withdrawn",  "panel.seat"),
)  # fmt: skip

EXEMPTION = Flow(
    Move("allow_exemption",     ("asked",),                                   "allowed",    "exemption.decide"),
    Move("refuse_exemption",    ("asked",),                                   "refused",    "exemption.decide"),
    Move("end_exemption",       ("asked", "allowed"),                         "ended",      "exemption.end"),
)  # fmt: skip

PROPOSAL = Flow(
    Move("approve",             ("proposed",),                                "approved",   "decision.approve"),
    Move("disapprove",          ("proposed",),                                "sent_back",  "decision.approve"),
    Move("replace",             ("proposed", "approved"),                     "replaced",   "decision.propose"),
    Move("schedule",            ("approved",),                                STAYS,        "decision.publish"),
    Move("hold_back",           ("approved",),                                STAYS,        "decision.publish"),
    Move("stop",                ("approved",),                                STAYS,        "decision.publish"),
    Move("take_effect",         ("approved",),                                "published",  "decision.publish"),
    Move("give_way",            ("published",),                               "replaced",   "decision.publish"),
)  # fmt: skip

DELIBERATION = Flow(
    Move("edit_meeting",        ("open",),                                    STAYS,        "committee.keep"),
    Move("note_members",        ("open",),                                    STAYS,        "committee.keep"),
    Move("resolve",             ("open",),                                    STAYS,        "committee.keep"),
    Move("take_back",           ("open",),                                    STAYS,        "committee.keep"),
    Move("close_meeting",       ("open",),                                    "closed",     "committee.keep"),
    Move("call_off",            ("open",),                                    "dropped",    "committee.keep"),
)  # fmt: skip

APPEAL = Flow(
    Move("write",               ("draft",),                                   STAYS,        "appeal.write"),
    Move("carry_over",          ("draft",),                                   STAYS,        "appeal.write"),
    Move("hand_in",             ("draft",),                                   "received",   "appeal.write"),
    Move("withdraw",            ("received", "proposed"),                     "withdrawn",  "appeal.withdraw"),
    Move("propose_decision",    ("received",),                                "proposed",   "appeal.examine"),
    Move("turn_down",           ("proposed",),                                "received",   "appeal.confirm"),
    Move("uphold",              ("proposed",),                                "upheld",     "appeal.confirm"),
    Move("dismiss",             ("proposed",),                                "dismissed",  "appeal.confirm"),
    Move("find_inadmissible",   ("proposed",),                                "inadmissible", "appeal.confirm"),
)  # fmt: skip

AGREEMENT = Flow(
    Move("amend_draft",         ("draft",),                                   STAYS,        "agreement.draft"),
    Move("offer",               ("draft",),                                   "offered",    "agreement.draft"),
    Move("sign",                ("offered",),                                 STAYS,        "agreement.sign"),
    Move("take_effect",         ("offered",),                                 "in_force",   "agreement.sign"),
)  # fmt: skip

PAYMENT = Flow(
    Move("verify",              ("requested",),                               "verified",   "payment.verify"),
    Move("approve",             ("verified",),                                "approved",   "payment.approve"),
    Move("pay",                 ("approved",),                                "paid",       "payment.pay"),
    Move("refuse",              ("requested", "verified"),                    "refused",    "payment.refuse"),
)  # fmt: skip

INQUIRY = Flow(
    Move("assign",              ("asked", "answered"),                        STAYS,        "inquiry.handle"),
    Move("answer",              ("asked", "answered"),                        "answered",   "inquiry.handle"),
    Move("publish",             ("answered",),                                "published",  "inquiry.handle"),
    Move("reply",               ("answered",),                                "replied",    "inquiry.handle"),
)  # fmt: skip

FLOWS = {
    _("Question on a call"): INQUIRY,
    _("Application"): APPLICATION,
    _("Partner"): PARTNER,
    _("Sheet"): SHEET,
    _("Panel"): PANEL,
    _("Seat in a panel"): PANELIST,
    _("Exception to the number of sheets"): EXEMPTION,
    _("Result list"): PROPOSAL,
    _("Meeting of the committee"): DELIBERATION,
    _("Appeal"): APPEAL,
    _("Agreement"): AGREEMENT,
    _("Payment"): PAYMENT,
}
