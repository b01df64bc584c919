"""Everybody and everything at once: the cast and the things that the matrix and the sweep ask about.

Every text of firm A, of its applications, sheets and lists carries a canary; tests/access.txt says who may see which.
"""

from datetime import timedelta
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.core import signing

from applications.accounts import actions as accounts
from applications.accounts.models import Role
from applications.agreement import actions as agreement
from applications.calls import announcing, answering, subscribing
from applications.cohort import actions as cohort
from applications.decision import actions as decision
from applications.decision import appealing, fairness, resolving
from applications.decision.reports import FairnessReport
from applications.firms import actions as firms
from applications.firms.actions import joining, vault
from applications.funding import actions as funding
from applications.intake import actions as intake
from applications.intake.actions import partners
from applications.intake.models import Application
from applications.kernel import clock, keeping
from applications.kernel.exports import Export
from applications.kernel.files import arriving
from applications.kernel.heartbeat import Heartbeat
from applications.kernel.importing import Import
from applications.kernel.taxonomy import PaperKind
from applications.notifications.models import Letter
from applications.review import actions as review
from applications.review import deliberation, people, planning, seating, visiting
from applications.review.exemptions import Exemption
from applications.review.queries import criteria_of
from applications.review.sittings import Sitting, Slot
from tests.world import AFTER, BEFORE, CLOSES, PASSWORD, PDF, World, costs, pdf, png, received, workbook

NOW = AFTER + timedelta(days=2)
ACCOUNT = "91827364554637"  # of R1
LATER = CLOSES + timedelta(days=30)


class Town:
    """One of each: people, firms, calls, applications in every state, lists, agreements, instalments, seats."""

    def __init__(self, files):
        self.files = files
        self.world = World()
        self.world.officer.name = "Officer"
        with clock.at(BEFORE):
            self.settle()
        self.apply()
        with clock.at(AFTER):
            self.screen()
            self.ask()
            self.review()
            self.visit()
            self.decide()
            self.grant()
        self.people = self.cast()

    def settle(self):
        """Firms and their people."""
        world = self.world
        self.owner = world.person(
            name="CANARY-OWNER-NAME", email="canary-owner-mail@people.example", phone="CANARY-OWNER-PHONE"
        )
        self.a = world.firm(
            self.owner, name="CANARY-A-NAME", representative="CANARY-A-HEAD", phone="CANARY-A-PHONE",
            address="CANARY-A-ADDRESS",
        )  # fmt: skip
        self.b = world.firm(name="CANARY-B-NAME")
        self.removed = world.member(self.a)
        firms.remove(self.a, member=self.a.members.get(user=self.removed), by=self.owner)
        self.editor, self.viewer = world.member(self.a), world.member(self.a, "viewer")
        self.invited = firms.invite(
            self.a, email="canary-invited-mail@people.example", right="viewer", by=self.owner
        )
        self.director_invited = firms.invite(self.a, email=world.director.email, right="owner", by=self.owner)
        self.viewer_invited = firms.invite(
            self.b, email=self.viewer.email, right="viewer", by=world.owner_of(self.b)
        )
        self.asked = joining.ask(
            business_number=self.a.business_number, by=world.person(name="CANARY-ASKING-NAME")
        )
        self.invitee = world.person(email="canary-invited-mail@people.example")
        self.hired = world.person(Role.OFFICER, name="Hired")
        accounts.change_role(
            self.hired, role=Role.FINANCE, reason="CANARY-ROLE-REASON", by=world.administrator
        )

    def apply(self):
        """Calls, and what the firms answer to them."""
        world = self.world
        self.open = world.call(closes=LATER)
        self.preparing = world.call(title="CANARY-CALL-PREPARING")
        type(self.preparing).objects.filter(pk=self.preparing.pk).update(published_at=None)
        self.reviewing, self.ranked, self.closed, self.grants, self.drafts = (
            world.r1, world.call(title="Ranked"), world.call(title="Closed"), world.rnd,
            world.call("rnd", title="Drafts"),
        )  # fmt: skip
        self.draft = world.draft(self.open, self.a, title="CANARY-DRAFT-TITLE")
        self.keep()
        self.fresh = world.submitted(world.call(), self.a)
        self.returned = world.submitted(world.call(), self.a)
        self.excluded = world.submitted(world.call(), self.a)
        self.application = self.papered(world.draft(self.reviewing, self.a, title="CANARY-A1-TITLE"))
        self.other = world.submitted(self.reviewing, self.b, title="CANARY-B1-TITLE")
        self.partner = self.named_by_another_firm()
        self.costly = self.full_of_faults()

    def named_by_another_firm(self):
        """Firm A is asked to take part in the project of a third firm, and its owner has confirmed."""
        world = self.world
        lead = world.firm(name="CANARY-LEAD-NAME")
        with clock.at(CLOSES - timedelta(days=1)) as now:
            draft = world.draft(world.rnd, lead, title="CANARY-LEAD-TITLE", at=now)
            institution = {
                "name": "CANARY-PARTNER-NAME", "number": self.a.business_number, "part": "joint", "size": "small",
                "role": "CANARY-PARTNER-ROLE", "grant": 60_000_000, "cash": 4_000_000, "in_kind": 36_000_000,
            }  # fmt: skip
            owner = world.owner_of(lead)
            intake.edit(draft, by=owner, now=now, version=draft.version, institutions=[institution])
            [partner] = partners.ask(draft, by=owner, now=now)
            partners.answer(partner, accepted=True, remark="", by=self.owner, now=now)
        return partner

    def keep(self):
        """A paper in the vault of A, and uploads on their way to the draft; the viewer's from when they were an editor."""
        with clock.at(BEFORE):
            self.kept = vault.keep(
                self.a, kind=PaperKind.objects.get(code="D02"), issued_on=clock.today(), expires_on=None,
                number="CANARY-A-PAPER", file=pdf("CANARY-A-KEPT.pdf"), by=self.owner,
            )  # fmt: skip
        values = {"business_number": self.b.business_number, "name": "CANARY-B-NAME"}
        self.brought = Import.objects.create(
            sheet="firms", file=received(workbook("Firms", [["A"]])), reason="CANARY-LIST", begun_by=self.world.officer,
            state="checked", begun_at=BEFORE,
        )  # fmt: skip
        self.brought.rows.create(line=2, values=values, outcome="same")
        self.uploads = {
            who: arriving.begin(
                person=person, place=f"{self.draft.key}/D01", name="plan.pdf", size=1000, sha256="0" * 64
            )
            for who, person in (("owner", self.owner), ("editor", self.editor), ("viewer", self.viewer))
        }

    def full_of_faults(self):
        """An R&D draft of firm A whose budget does not fit, with an institution that has to send a letter."""
        world = self.world
        with clock.at(CLOSES - timedelta(days=1)) as now:
            draft = world.draft(world.call("rnd", closes=LATER), self.a, title="CANARY-COSTLY-TITLE", at=now)
            institution = {
                "name": "University 7", "number": "1108100058", "part": "joint", "size": "small", "role": "A plan",
                "grant": 90_000_000, "cash": 1, "in_kind": 1_000_000,
            }  # fmt: skip
            intake.edit(
                draft, by=self.owner, now=now, version=draft.version, institutions=[institution],
                demand={"name": "Firm 7", "item": "A summary"},
                budget={**costs(requested=700_000_000, cash=0), "indirect_cash": 90_000_000, "levy_cash": "many"},
            )  # fmt: skip
            partners.ask(draft, by=self.owner, now=now)
        return draft

    def papered(self, draft):
        """Answers and files with canaries, handed in."""
        with clock.at(CLOSES - timedelta(hours=1)) as now:
            answers = {
                question.code: "CANARY-A1-ANSWER"
                for question in draft.call.questions.all()
                if question.kind in ("text", "long")
            }
            intake.edit(
                draft, by=self.owner, now=now, version=draft.version, summary="CANARY-A1-SUMMARY",
                challenge={"person": "CANARY-A1-CHALLENGE", "reason": "CANARY-DISPUTE"},
                answers={**draft.answers, **answers},
            )  # fmt: skip
            paper = draft.call.papers.filter(required=True).first()
            content = PDF.replace(b"%PDF-1.4\n", b"%PDF-1.4\n%CANARY-A1-BYTES\n")
            intake.add_paper(
                draft, paper=paper, upload=pdf("CANARY-A1-FILE.pdf", content), by=self.owner, now=now
            )
            intake.submit(draft, by=self.owner, arrived_at=now)
        return Application.objects.get(pk=draft.pk)

    def screen(self):
        world = self.world
        papers = self.returned.call.papers.filter(required=True)[:1]
        due_at = NOW + timedelta(days=10)
        intake.request_supplement(
            self.returned, papers=papers, questions=self.returned.call.questions.filter(code="hiring"),
            message="CANARY-SUPPLEMENT", due_at=due_at, by=world.officer,
        )  # fmt: skip
        intake.propose_exclusion(self.excluded, code="E06", reason="CANARY-EXCLUSION", by=world.officer)
        for application in (self.application, self.other):
            world.checked(application)
            intake.open_review(application, by=world.officer)

    def ask(self):
        """Questions on the open call, a notice on it, a subscriber to new ones."""
        world = self.world
        self.inquiry = world.inquiry(self.open, text="CANARY-INQUIRY", by=self.owner, at=AFTER)
        self.replied = world.inquiry(self.open, text="Another question", by=self.owner, at=AFTER)
        public = world.inquiry(self.open, by=world.owner_of(self.b), at=AFTER)
        for inquiry, answer, end in (
            (self.replied, "CANARY-REPLY", answering.reply),
            (public, "What the notice says.", answering.publish),
        ):
            answering.answer(inquiry, shown=inquiry.text, answer=answer, by=world.officer)
            end(inquiry, by=world.officer)
        self.subscriber = world.subscriber()
        self.token = signing.dumps(
            {
                "address": "new@people.example",
                "language": "ko",
                "programme": None,
                "field": None,
                "ends": LATER.timestamp(),
            },
            salt=subscribing.SALT,
        )
        announcing.correct(
            self.open,
            texts={"summary": "In other words"},
            reason="It said too little",
            revision=0,
            by=world.officer,
        )

    def review(self):
        """Two sheets handed in, one declared undone, one in conflict, one reviewer of another application."""
        world = self.world
        self.reviewer, self.colleague, self.undeclared, self.conflicted, self.unassigned = (
            world.reviewer(name=name, affiliation=f"Institute of {name}")
            for name in ("CANARY-R1-NAME", "CANARY-R2-NAME", "CANARY-R3-NAME", "CANARY-R4-NAME", "Unassigned")
        )
        self.sheet, self.other_sheet = (
            self.scored(person, values, comment)
            for person, values, comment in (
                (self.reviewer, ("83.4", "83.4", "83.3"), "CANARY-R1-COMMENT"),
                (self.colleague, ("71.4", "72.4", "73.7"), "CANARY-R2-COMMENT"),
            )
        )
        self.undeclared_sheet = world.assigned(self.application, self.undeclared, clear=False)
        self.conflict_sheet = world.assigned(self.application, self.conflicted, clear=False)
        review.declare(self.conflict_sheet, code="C4", note="CANARY-CONFLICT-NOTE", by=self.conflicted)
        world.assigned(self.other, self.unassigned)
        self.sit()
        people.add_affiliation(institution="CANARY-R1-PAST", role="adviser", by=self.reviewer)
        self.past = self.reviewer.reviewer_profile.affiliations.get()
        self.payee = people.set_payee(
            bank="088", number=ACCOUNT, holder="CANARY-R1-HOLDER", password=PASSWORD, by=self.reviewer
        )
        barred = self.unassigned.reviewer_profile
        people.sanction(barred, reason="CANARY-SANCTION", until=None, by=world.officer)
        self.sanction = barred.sanctions.get()
        self.exemption = Exemption.objects.create(
            stage=self.application.stage,
            application=self.application,
            sheets=3,
            reason="CANARY-EXEMPTION",
            by=world.officer,
        )
        self.plan = planning.ask(
            self.reviewing, stage=self.reviewing.stages.first(), reviews=3, least=0, most=9, per_kind={},
            by=world.officer,
        )  # fmt: skip
        planning.carry_on(self.plan)
        world.adjusted(
            self.application, 1, name="CANARY-ITEM", shown="CANARY-CLAIM", grounds="CANARY-ADJUSTMENT"
        )
        self.application.refresh_from_db()

    def visit(self):
        """A place of firm A that two visit: one has handed in what was found, the other has begun."""
        world = self.world
        self.site = world.with_visit(world.call(title="현장 공고"), ordinal=0)
        self.visited = world.in_review(self.site, self.a, title="CANARY-VISIT-TITLE")
        visiting.appoint(
            self.visited, at=AFTER + timedelta(days=4), place="CANARY-VISIT-PLACE", by=world.officer
        )
        self.visit_sheet = world.assigned(self.visited, self.reviewer)
        found = world.assigned(self.visited, self.colleague)
        self.photo = visiting.add_photo(found, upload=png("현장.png"), by=self.colleague)
        visiting.add_photo(self.visit_sheet, upload=png("현장.png"), by=self.reviewer)
        with clock.at(AFTER + timedelta(days=5)):
            points = self.visited.stage.points.all()
            visiting.save(
                found, findings={point.pk: (True, "CANARY-VISIT-FOUND") for point in points}, fit=True,
                overall="CANARY-VISIT-FOUND", by=self.colleague,
            )  # fmt: skip
            self.found_sheet = visiting.hand_in(found, by=self.colleague)

    def sit(self):
        """A panel that hears A's application and has not deliberated, and one that deliberates on B's under the reviewer."""
        world, stage = self.world, self.reviewing.stages.first()
        self.panel, self.sitting = (
            seating.make(self.reviewing, stage=stage, name=name, picked=[application], by=world.officer)
            for name, application in (("CANARY-PANEL-NAME", self.application), ("심의 분과", self.other))
        )
        for panel, reviewer in (
            (self.panel, self.reviewer), (self.sitting, self.reviewer), (self.sitting, self.unassigned)
        ):  # fmt: skip
            world.seated(panel, reviewer)
        seating.invite(
            self.panel, reviewer=self.unassigned, answer_by=NOW + timedelta(days=3), by=world.officer
        )
        self.panelist = self.panel.panelists.last()
        seating.appoint(self.panel, member=world.seated(self.panel), by=world.officer)
        seating.appoint(self.sitting, member=self.reviewer, by=world.officer)
        deliberation.open_deliberation(self.sitting, by=self.reviewer)
        self.unheard, self.heard = self.panel.hearings.get(), self.sitting.hearings.get()
        deliberation.conclude(self.heard, opinion="CANARY-PANEL-OPINION", version=0, by=self.reviewer)
        self.sitting.refresh_from_db()
        self.speak()

    def speak(self):
        """Rows of a timetable, though this call has no presentations: B is told its time, A is not."""
        Sitting.objects.create(
            panel=self.sitting,
            starts_at=LATER,
            slots=2,
            length=20,
            place="Room 7",
            made_by=self.world.officer,
        )
        self.untold, self.slot = (
            Slot.objects.create(
                hearing=hearing, panel=hearing.panel, starts_at=LATER, ends_at=LATER + timedelta(minutes=20),
                place=place, told_at=told_at,
            )
            for hearing, place, told_at in (
                (self.unheard, "CANARY-A1-ROOM", None), (self.heard, "CANARY-B1-ROOM", NOW)
            )
        )  # fmt: skip

    def scored(self, person, values, comment):
        sheet = self.world.assigned(self.application, person)
        criteria = criteria_of(sheet.stage)
        review.save(
            sheet,
            values={c.pk: Decimal(v) for c, v in zip(criteria, values, strict=True)},
            comments=dict.fromkeys(review.COMMENTS, comment),
            by=person,
        )
        return review.hand_in(sheet, by=person)

    def decide(self):
        """One list that waits for its approval, one that is published."""
        world = self.world
        self.waiting = world.with_score(self.ranked, "87.61", firm=self.a, title="CANARY-RANKED-TITLE")
        self.proposal = decision.propose(self.ranked, note="CANARY-PROPOSAL-NOTE", by=world.officer)
        self.meeting = self.meet(
            self.ranked, self.waiting, conditions="CANARY-CONDITION-KEPT", reason="CANARY-RESOLUTION"
        )
        self.selected = world.with_score(self.closed, "91.37", firm=self.a)
        self.declined = world.with_score(self.closed, "51.37", firm=self.b)
        self.list = self.publish(self.closed, note="CANARY-LIST-NOTE")
        facts = fairness.facts_of(self.list)
        FairnessReport.objects.create(call=self.closed, proposal=self.list, made_at=NOW, facts=facts)
        self.selected.refresh_from_db()
        self.seat = cohort.seat(self.selected, by=world.officer)
        self.certificate = self.seat.certificate
        self.contest()

    def meet(self, call, application, **said):
        """A meeting of the committee on a call, with one decision."""
        officer = self.world.officer
        of = {"held_at": clock.now(), "place": "CANARY-MEETING-PLACE", "secretary": officer, "by": officer}
        names = ["CANARY-MEMBER", "위원 가", "위원 나"]
        meeting = resolving.convene(call, **of)
        resolving.attend(
            meeting,
            version=1,
            members=[(name, "CANARY-MEMBER-OF", name == names[0], True) for name in names],
            by=officer,
        )
        resolving.edit(meeting, version=2, minutes="CANARY-MINUTES of the whole meeting", **of)
        resolving.resolve(
            meeting, application=application, result="as_ruled", votes_for=3, by=officer, **said
        )
        meeting.refresh_from_db()
        return meeting

    def contest(self):
        """Two results that firm A contests: an appeal whose decision is proposed, and one that is being written."""
        world = self.world
        decision.opine(self.application, text="CANARY-OPINION", to_improve="CANARY-OPINION", by=world.officer)
        self.contested = world.with_score(world.call(title="이의 공고"), "41.23", firm=self.a)
        decision.opine(self.contested, text="CANARY-TOLD", to_improve="CANARY-TOLD", by=world.officer)
        self.publish(self.contested.call)
        self.appeal = self.written_against(self.contested)
        appealing.hand_in(self.appeal, by=self.owner, arrived_at=clock.now())
        appealing.propose_decision(
            self.appeal, outcome="dismissed", reasons="CANARY-APPEAL-REASONS 글로 적음", by=world.officer
        )
        self.appeal.refresh_from_db()
        other = world.with_score(world.call(title="다른 이의 공고"), "42.23", firm=self.a)
        self.publish(other.call)
        self.written = self.written_against(other)

    def written_against(self, application):
        now, by = clock.now(), self.owner
        application.refresh_from_db()
        appeal = appealing.begin(application, by=by, now=now)
        appealing.write(
            appeal, ground="misread", text="CANARY-APPEAL-TEXT 글로 적음", wanted="", by=by, now=now
        )
        appealing.add_evidence(appeal, upload=pdf("CANARY-APPEAL-FILE.pdf"), by=by, now=now)
        return appeal

    def publish(self, call, note="As ranked"):
        proposal = decision.propose(call, note=note, by=self.world.officer)
        decision.approve(proposal, by=self.world.officer2)
        decision.publish(proposal, by=self.world.officer)
        return proposal

    def grant(self):
        """An agreement being drafted, and one in force with an instalment that was approved."""
        world = self.world
        self.promised = world.with_score(self.drafts, "90", firm=self.a)
        self.granted = world.with_score(self.grants, "90", firm=self.a, title="CANARY-S1-TITLE")
        self.met = self.meet(
            self.grants, self.granted, conditions="CANARY-CONDITION", reason="CANARY-RESOLUTION-TOLD"
        )
        self.met = resolving.close(self.met, version=3, by=world.officer)
        self.publish(self.drafts)
        self.publish(self.grants)
        self.drafted = world.drafted(self.promised)
        self.agreement = world.offered(self.granted)
        agreement.sign(self.agreement, password=PASSWORD, by=self.owner)
        self.agreement = agreement.sign(self.agreement, password=PASSWORD, by=world.director)
        self.payment = funding.request(
            self.agreement, krw=1_000_000, note="CANARY-PAYMENT-NOTE", by=self.owner
        )
        funding.verify(self.payment, by=world.officer)
        funding.approve(self.payment, by=world.finance2)
        self.line = world.line
        funding.allocate(self.line, key="1", krw=1, purpose="CANARY-ALLOCATION", by=world.finance)
        self.letter = Letter.objects.filter(kind="result_published", to=self.owner).first()
        self.receipt, self.granted_receipt = (
            self.application.submissions.get(),
            self.granted.submissions.get(),
        )
        Letter.objects.update(status="sent", sent_at=NOW)
        self.export = Export.objects.create(
            of="desk", kind="csv", columns="all", name="applications.csv", reason="심의위원회 자료",
            asked_by=world.officer2, total=3,
        )  # fmt: skip
        self.view = keeping.keep(of="desk", name="A view", query="q=A", shared=True, by=world.officer2)
        Heartbeat.objects.create(part="timetable", at=NOW)

    @property
    def numbers(self):
        """Scores as pages show them, and a bank account: canaries too."""
        scores = {
            "A1-SCORE": self.application.final_score, "R1-TOTAL": self.sheet.total, "R2-TOTAL": self.other_sheet.total,
            "RANKED-SCORE": self.waiting.final_score, "SELECTED-SCORE": self.selected.final_score,
            "DECLINED-SCORE": self.declined.final_score,
        }  # fmt: skip
        found = {name: f"{score.normalize()}".encode() for name, score in scores.items()}
        return found | {"R1-ACCOUNT": ACCOUNT.encode()}

    def cast(self):
        world = self.world
        dismissed = world.person(Role.OFFICER)
        dismissed.is_active = False
        dismissed.save()
        return {
            "owner": self.owner,
            "editor": self.editor,
            "viewer": self.viewer,
            "rival": world.owner_of(self.b),
            "removed": self.removed,
            "reviewer": self.reviewer,
            "undeclared": self.undeclared,
            "conflicted": self.conflicted,
            "unassigned": self.unassigned,
            "officer": world.officer2,
            "proposer": world.officer,
            "director": world.director,
            "finance": world.finance,
            "approver": world.finance2,
            "ministry": world.ministry,
            "auditor": world.auditor,
            "administrator": world.administrator,
            "anonymous": AnonymousUser(),
            "deactivated": dismissed,
        }

    def sheet_of(self, who):
        """The sheet that this one of the cast was asked for; the reviewer's for everybody else."""
        own = {"undeclared": self.undeclared_sheet, "conflicted": self.conflict_sheet}
        return own.get(who, self.sheet)
