"""WHEN: every status and every move of the house on one page; WHO stands beside each move."""

from django.utils.translation import gettext_lazy as _

from applications.kernel.flow import STAYS, Flow, Move

# The values are those of the models' own choices; a test holds the two together.
APPLICATION = Flow(
    #    move                   from                                          to            who may
    Move("edit",                ("draft",),                                   STAYS,        "application.edit"),
    Move("submit",              ("draft",),                                   "submitted",  "application.submit"),
    Move("mend",                ("returned",),                                STAYS,        "application.edit"),
    Move("hand_in_supplement",  ("returned",),                                "submitted",  "application.submit"),
    Move("take_as_is",          ("returned",),                                "submitted",  "application.screen"),
    Move("send_back",           ("submitted",),                               "returned",   "application.screen"),
    Move("propose_exclusion",   ("submitted", "returned"),                    STAYS,        "application.screen"),
    Move("turn_down_exclusion", ("submitted", "returned"),                    STAYS,        "application.confirm"),
    Move("rule_out",            ("submitted", "returned"),                    "ineligible", "application.confirm"),
    Move("readmit",             ("ineligible",),                              "submitted",  "application.readmit"),
    Move("open_review",         ("submitted",),                               "in_review",  "application.screen"),
    Move("adjust",              ("submitted", "in_review", "reviewed"),       STAYS,        "application.screen"),
    Move("assign",              ("in_review",),                               STAYS,        "application.assign"),
    Move("close_review",        ("in_review",),                               "reviewed",   "application.rank"),
    Move("reopen_review",       ("reviewed",),                                "in_review",  "application.rank"),
    Move("select",              ("reviewed",),                                "selected",   "decision.publish"),
    Move("reserve",             ("reviewed",),                                "reserved",   "decision.publish"),
    Move("decline",             ("reviewed",),                                "declined",   "decision.publish"),
    Move("agree",               ("selected",),                                "agreed",     "agreement.take_effect"),
    Move("withdraw",            ("draft", "submitted", "returned", "in_review", "reviewed"),
                                                                              "withdrawn",  "application.withdraw"),
)  # fmt: skip

SHEET = Flow(
    Move("declare",             ("open", "handed_in"),                        STAYS,        "review.declare"),
    Move("save",                ("open",),                                    STAYS,        "review.score"),
    Move("hand_in",             ("open",),                                    "handed_in",  "review.score"),
    Move("reopen",              ("handed_in",),                               "open",       "review.manage"),
    Move("exclude",             ("open", "handed_in"),                        "excluded",   "review.manage"),
    Move("step_back",           ("open", "handed_in", "excluded"),            "excluded",   "review.declare"),
)  # fmt: skip

PROPOSAL = Flow(
    Move("approve",             ("proposed",),                                "approved",   "decision.approve"),
    Move("replace",             ("proposed", "approved"),                     "replaced",   "decision.propose"),
    Move("schedule",            ("approved",),                                STAYS,        "decision.publish"),
    Move("take_effect",         ("approved",),                                "published",  "decision.publish"),
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

FLOWS = {
    _("Application"): APPLICATION,
    _("Sheet"): SHEET,
    _("Result list"): PROPOSAL,
    _("Agreement"): AGREEMENT,
    _("Payment"): PAYMENT,
}
