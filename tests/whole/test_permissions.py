"""Who may do what: every permission of the house against everybody, on one page. x may, . may not.

The things asked about are firm A's: its application in review, its agreement, its instalment, and the list that waits for
approval. owner, editor and viewer work for A, rival owns another firm, removed was a member of A. reviewer has declared no
conflict; undeclared, conflicted and unassigned have not. proposer is the officer who proposed the list; approver is the
person of finance who approved the instalment: that another one pays is a rule with a reason (409), see tests/funding.
"""

import pytest

from applications.permissions import PERMISSIONS, TIMETABLE

MATRIX = """
                        owner editor viewer rival removed reviewer undeclared conflicted unassigned officer proposer director finance approver ministry auditor administrator anonymous deactivated
account.own               x     x      x      x      x       x         x          x          x         x       x        x        x       x        x        x          x           .          .
account.manage            .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          x           .          .
account.list              .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        x          x           .          .
account.export            .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        x          .           .          .
account.invite            .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          x           .          .
account.bring_in          .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
firm.register             x     x      x      x      x       .         .          .          .         .       .        .        .       .        .        .          .           .          .
firm.view                 x     x      x      .      .       .         .          .          .         x       x        x        x       x        x        x          .           .          .
firm.list                 .     .      .      .      .       .         .          .          .         x       x        x        x       x        x        x          .           .          .
firm.export               .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        .          .           .          .
firm.edit                 x     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
firm.members              x     x      x      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
firm.manage               x     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
firm.history              x     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
firm.end_request          .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
firm.note_standing        .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
firm.appoint              .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          x           .          .
contact.read              x     x      x      x      x       x         x          x          x         x       x        x        x       x        .        x          .           .          .
import.list               .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
import.view               .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
import.make               .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
vault.view                x     x      x      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
vault.keep                x     x      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
vault.warn                .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
invitation.accept         .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
call.list                 .     .      .      .      .       .         .          .          .         x       x        x        .       .        x        x          x           .          .
call.export               .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        .          .           .          .
call.view                 .     .      .      .      .       .         .          .          .         x       x        x        .       .        x        x          x           .          .
call.prepare              .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
call.edit                 .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
call.publish              .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
call.change               .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
inquiry.ask               x     x      x      x      x       .         .          .          .         .       .        .        .       .        .        .          .           .          .
inquiry.list              .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
inquiry.export            .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        .          .           .          .
inquiry.read              .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
inquiry.handle            .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
application.list          .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
application.export        .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        .          .           .          .
application.bulk          .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
application.own           x     x      x      x      x       .         .          .          .         .       .        .        .       .        .        .          .           .          .
application.begin         x     x      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
application.view          x     x      x      .      .       x         .          .          .         x       x        x        .       .        .        x          .           .          .
application.enter         .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
application.edit          x     x      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
application.submit        x     x      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
application.withdraw      x     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
application.receipt       x     x      x      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
application.screen        .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
application.confirm       .     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
application.readmit       .     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
application.screen_again  .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        .          .           .          .
application.case          .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
application.assign        .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
application.waive         .     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
application.exempt        .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
stage.exempt              .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
exemption.list            .     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
exemption.decide          .     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
exemption.end             .     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
application.rank          .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
visit.appoint             .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
visit.decide              .     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
stage.tell                .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
partner.answer            x     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
plan.ask                  .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
plan.view                 .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
plan.use                  .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
panel.list                .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
panel.view                .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
panel.prepare             .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
panel.manage              .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
panel.fill                .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
panel.seat                .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
panel.remind              .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
panel.lapse               .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
panel.answer              .     .      .      .      .       .         .          .          x         .       .        .        .       .        .        .          .           .          .
panel.meet                .     .      .      .      .       x         .          .          x         x       x        x        .       .        .        x          .           .          .
panel.sheets              .     .      .      .      .       x         .          .          .         x       x        x        .       .        .        x          .           .          .
panel.exclusions          .     .      .      .      .       x         .          .          .         x       x        x        .       .        .        x          .           .          .
panel.preside             .     .      .      .      .       x         .          .          .         .       .        .        .       .        .        .          .           .          .
panel.conclude            .     .      .      .      .       x         .          .          .         x       x        .        .       .        .        .          .           .          .
hearing.view              .     .      .      .      .       x         .          .          .         x       x        x        .       .        .        x          .           .          .
hearing.conclude          .     .      .      .      .       x         .          .          .         x       x        .        .       .        .        .          .           .          .
hearing.explain           .     .      .      .      .       x         .          .          .         .       .        .        .       .        .        .          .           .          .
hearing.exempt            .     .      .      .      .       x         .          .          .         .       .        .        .       .        .        .          .           .          .
talk.view                 .     .      .      x      .       x         .          .          x         x       x        x        .       .        .        x          .           .          .
talk.manage               .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
talk.note                 .     .      .      .      .       x         .          .          .         x       x        .        .       .        .        .          .           .          .
review.own                .     .      .      .      .       x         x          x          x         .       .        .        .       .        .        .          .           .          .
review.pledge             .     .      .      .      .       x         x          x          x         .       .        .        .       .        .        .          .           .          .
review.declare            .     .      .      .      .       x         x          x          .         .       .        .        .       .        .        .          .           .          .
review.read               .     .      .      .      .       x         .          .          .         .       .        .        .       .        .        .          .           .          .
review.score              .     .      .      .      .       x         .          .          .         .       .        .        .       .        .        .          .           .          .
review.explain            .     .      .      .      .       x         .          .          .         .       .        .        .       .        .        .          .           .          .
review.give_back          .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
review.manage             .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
review.export             .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        .          .           .          .
review.due                .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
severity.view             .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
severity.ask              .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
review.print              .     .      .      .      .       x         .          .          .         x       x        x        .       .        .        x          .           .          .
review.set_aside          .     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
reviewer.forget           .     .      .      .      .       x         .          .          .         .       .        .        .       .        .        .          .           .          .
reviewer.list             .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
reviewer.export           .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        .          .           .          .
reviewer.view             .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
reviewer.sanction         .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        .          .           .          .
reviewer.lift             .     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
payee.write               .     .      .      .      .       x         x          x          x         .       .        .        .       .        .        .          .           .          .
payee.drop                .     .      .      .      .       x         .          .          .         .       .        .        .       .        .        .          .           .          .
payee.list                .     .      .      .      .       .         .          .          .         .       .        .        x       x        .        .          .           .          .
payee.export              .     .      .      .      .       .         .          .          .         .       .        .        x       x        .        .          .           .          .
payee.read                .     .      .      .      .       .         .          .          .         .       .        .        x       x        .        .          .           .          .
decision.desk             .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
decision.rank             .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
decision.propose          .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
stability.view            .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
stability.ask             .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
decision.view             .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
decision.approve          .     .      .      .      .       .         .          .          .         x       .        x        .       .        .        .          .           .          .
decision.preview          .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        .          .           .          .
decision.publish          .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
decision.result           x     x      x      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
decision.opine            .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
decision.lapse            .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
committee.view            .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
committee.convene         .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
committee.keep            .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
application.give_up       x     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
application.reconsider    .     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
appeal.begin              x     x      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
appeal.view               x     x      x      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
appeal.write              x     x      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
appeal.withdraw           x     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
appeal.list               .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
appeal.export             .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        .          .           .          .
appeal.examine            .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
appeal.confirm            .     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
agreement.list            .     .      .      .      .       .         .          .          .         x       x        x        x       x        x        x          .           .          .
agreement.export          .     .      .      .      .       .         .          .          .         x       x        x        x       x        .        .          .           .          .
agreement.draft           .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
agreement.view            x     x      x      .      .       .         .          .          .         x       x        x        x       x        x        x          .           .          .
agreement.sign            x     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
agreement.take_effect     x     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
payment.list              .     .      .      .      .       .         .          .          .         x       x        x        x       x        x        x          .           .          .
payment.export            .     .      .      .      .       .         .          .          .         x       x        x        x       x        .        .          .           .          .
payment.view              x     x      x      .      .       .         .          .          .         x       x        x        x       x        x        x          .           .          .
payment.request           x     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
payment.verify            .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
payment.refuse            .     .      .      .      .       .         .          .          .         x       x        .        x       x        .        .          .           .          .
payment.approve           .     .      .      .      .       .         .          .          .         .       .        .        x       x        .        .          .           .          .
payment.pay               .     .      .      .      .       .         .          .          .         .       .        .        x       x        .        .          .           .          .
budget.list               .     .      .      .      .       .         .          .          .         x       x        x        x       x        x        x          .           .          .
budget.view               .     .      .      .      .       .         .          .          .         x       x        x        x       x        x        x          .           .          .
budget.open               .     .      .      .      .       .         .          .          .         .       .        .        x       x        .        .          .           .          .
budget.allocate           .     .      .      .      .       .         .          .          .         .       .        .        x       x        .        .          .           .          .
cohort.view               .     .      .      .      .       .         .          .          .         x       x        x        .       .        x        x          .           .          .
cohort.export             .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        .          .           .          .
cohort.seat               .     .      .      .      .       .         .          .          .         x       x        .        .       .        .        .          .           .          .
cohort.end                .     .      .      .      .       .         .          .          .         .       .        x        .       .        .        .          .           .          .
certificate.list          .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
certificate.view          x     x      x      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
audit.view                .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        x          x           .          .
audit.values              .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        x          .           .          .
audit.export              .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        x          .           .          .
access.view               .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        x          x           .          .
access.export             .     .      .      .      .       .         .          .          .         .       .        .        .       .        .        x          .           .          .
view.keep                 .     .      .      .      .       .         .          .          .         x       x        x        x       x        .        x          .           .          .
view.drop                 .     .      .      .      .       .         .          .          .         x       .        .        .       .        .        .          .           .          .
export.list               .     .      .      .      .       .         .          .          .         x       x        x        x       x        .        x          .           .          .
export.view               .     .      .      .      .       .         .          .          .         x       .        .        .       .        .        .          .           .          .
arrivals.view             .     .      .      .      .       .         .          .          .         x       x        x        .       .        x        x          .           .          .
inbox.read                x     .      .      .      .       .         .          .          .         .       .        .        .       .        .        .          .           .          .
outbox.view               .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          x           .          .
outbox.export             .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        .          .           .          .
outbox.read               .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          x           .          .
outbox.text               .     .      .      .      .       .         .          .          .         x       x        x        .       .        .        x          .           .          .
"""
HEADER, *ROWS = [line.split() for line in MATRIX.strip().splitlines()]
CELLS = {row[0]: dict(zip(HEADER, row[1:], strict=True)) for row in ROWS}


def thing_of(town, permission, who):
    """What a permission is asked of here."""
    room, _dot, verb = permission.partition(".")
    things = {
        "account": town.hired, "firm": town.a, "vault": town.a, "invitation": town.invited, "call": town.open, "review": town.sheet_of(who),
        "reviewer": town.reviewer.reviewer_profile, "payee": town.payee, "severity": town.reviewing, "stability": town.ranked,
        "decision": town.proposal, "agreement": town.agreement, "payment": town.payment, "budget": town.line,
        "cohort": town.seat, "partner": town.partner, "outbox": town.letter, "inbox": town.letter, "view": town.view,
        "application": town.application, "inquiry": town.inquiry, "import": town.brought, "plan": town.plan, "panel": town.sitting, "hearing": town.heard, "talk": town.slot,
        "visit": town.application, "stage": town.reviewing, "appeal": town.appeal, "certificate": town.certificate,
        "committee": town.meeting, "export": town.export, "exemption": town.exemption,
    }  # fmt: skip
    special = {
        "panel.seat": town.panelist, "panel.remind": town.panelist, "panel.lapse": town.panelist, "panel.answer": town.panelist,
        "application.begin": town.a, "application.receipt": town.receipt, "decision.rank": town.ranked, "committee.convene": town.ranked, "reviewer.lift": town.sanction, "reviewer.forget": town.past,
        "decision.propose": town.ranked, "decision.result": town.application, "decision.opine": town.application, "appeal.begin": town.application, "payment.request": town.agreement,
        "review.due": town.reviewing, "review.print": town.visit_sheet, "cohort.seat": town.application, "agreement.draft": town.application,
        "agreement.take_effect": town.granted, "inquiry.ask": town.open,
    }  # fmt: skip
    return None if verb in ("list", "desk", "open") else special.get(permission, things.get(room))


def test_the_matrix_names_every_permission_and_everybody_of_the_cast(town):
    assert list(CELLS) == list(PERMISSIONS)
    assert list(town.people) == HEADER


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_matrix(town, permission):
    may = {
        who: person.has_perm(permission, thing_of(town, permission, who))
        for who, person in town.people.items()
    }

    assert {who: "x" if yes else "." for who, yes in may.items()} == CELLS[permission]


def test_permissions_answer_yes_or_no_and_nothing_that_only_looks_like_it(town):
    answers = {
        type(person.has_perm(permission, thing_of(town, permission, who)))
        for permission in PERMISSIONS
        for who, person in town.people.items()
    }

    assert answers == {bool}


def test_without_its_thing_a_permission_about_a_thing_is_no(town):
    about = [name for name, predicate in PERMISSIONS.items() if predicate.about_thing]

    assert len(about) > 30
    assert [
        (who, name) for who, person in town.people.items() for name in about if person.has_perm(name)
    ] == []


def test_an_invitation_is_for_the_person_whose_address_it_names_and_for_firms_people_only(town):
    assert town.invitee.has_perm("invitation.accept", town.invited)
    assert not town.people["owner"].has_perm("invitation.accept", town.invited)
    assert not town.people["director"].has_perm("invitation.accept", town.director_invited)


def test_nobody_manages_their_own_account(town):
    administrator = town.people["administrator"]

    assert administrator.has_perm("account.manage", town.hired)
    assert not administrator.has_perm("account.manage", administrator)


def test_what_each_sees_of_an_application_follows_its_state(town):
    """Staff begin at the submission, finance and the ministry at the selection; reviewers end at the publication."""
    seen = {
        who: {
            name
            for name in ("draft", "fresh", "application", "waiting", "selected", "granted")
            if town.people[who].has_perm("application.view", getattr(town, name))
        }
        for who in (
            "owner",
            "officer",
            "director",
            "auditor",
            "finance",
            "ministry",
            "reviewer",
            "administrator",
        )
    }

    submitted = {"fresh", "application", "waiting", "selected", "granted"}
    assert seen == {
        "owner": {"draft", *submitted},
        "officer": submitted,
        "director": submitted,
        "auditor": submitted,
        "finance": {"selected", "granted"},
        "ministry": {"selected", "granted"},
        "reviewer": {"application"},
        "administrator": set(),
    }


def test_a_reviewer_reads_until_the_result_is_published(town):
    type(town.application).objects.filter(pk=town.application.pk).update(status="selected")

    assert not town.reviewer.has_perm("application.view", town.application)
    assert (
        not type(town.sheet).objects.visible_to(town.reviewer).filter(application=town.application).exists()
    )


def test_the_ministry_reads_a_list_from_its_publication_on(town):
    assert not town.people["ministry"].has_perm("decision.view", town.proposal)
    assert town.people["ministry"].has_perm("decision.view", town.list)


def test_the_timetable_ends_warns_and_publishes_and_does_nothing_else():
    may = [name for name in PERMISSIONS if TIMETABLE.has_perm(name)]

    assert may == [
        "account.own", "firm.end_request", "firm.note_standing", "vault.warn", "panel.fill", "panel.remind", "panel.lapse",
        "decision.publish", "decision.lapse",
    ]  # fmt: skip
