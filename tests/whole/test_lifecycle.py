"""When: every status and every move of the house, against the models that carry them."""

import pytest
from django.core.management import call_command

from applications.agreement.models import Agreement
from applications.calls.audience import Inquiry
from applications.decision.appeals import Appeal
from applications.decision.committees import Deliberation
from applications.decision.models import Proposal
from applications.funding.models import Payment
from applications.intake.models import Application
from applications.intake.models.partners import Partner
from applications.kernel.audit import AuditEntry
from applications.kernel.errors import Refused
from applications.lifecycle import (
    AGREEMENT,
    APPEAL,
    APPLICATION,
    DELIBERATION,
    EXEMPTION,
    FLOWS,
    INQUIRY,
    PANEL,
    PANELIST,
    PARTNER,
    PAYMENT,
    PROPOSAL,
    SHEET,
)
from applications.permissions import PERMISSIONS, TIMETABLE
from applications.review.exemptions import Exemption
from applications.review.models import Assignment
from applications.review.panels import Panel, Panelist

MODELS = {
    INQUIRY: Inquiry,
    APPLICATION: Application,
    PARTNER: Partner,
    SHEET: Assignment,
    PANEL: Panel,
    PANELIST: Panelist,
    EXEMPTION: Exemption,
    PROPOSAL: Proposal,
    DELIBERATION: Deliberation,
    APPEAL: Appeal,
    AGREEMENT: Agreement,
    PAYMENT: Payment,
}
FIRST = {
    INQUIRY: "asked",
    APPLICATION: "draft",
    PARTNER: "asked",
    SHEET: "open",
    PANEL: "scoring",
    PANELIST: "invited",
    EXEMPTION: "asked",
    PROPOSAL: "proposed",
    DELIBERATION: "open",
    APPEAL: "draft",
    AGREEMENT: "draft",
    PAYMENT: "requested",
}
MOVES = [
    pytest.param(flow, move, id=f"{model._meta.model_name}-{move.name}")
    for flow, model in MODELS.items()
    for move in flow.moves.values()
]


def statuses(flow):
    return MODELS[flow]._meta.get_field("status").choices


def one_of(town, flow):
    things = (
        town.inquiry, town.application, town.partner, town.sheet, town.panel, town.panelist, town.exemption, town.list, town.meeting, town.appeal, town.agreement, town.payment,
    )  # fmt: skip
    return next(thing for thing in things if isinstance(thing, MODELS[flow]))


def test_every_flow_belongs_to_a_model():
    assert list(FLOWS.values()) == list(MODELS)


@pytest.mark.parametrize("flow", MODELS, ids=[model._meta.model_name for model in MODELS.values()])
def test_every_status_is_reached_by_a_move_and_every_move_leads_to_a_status(flow):
    known = {value for value, _label in statuses(flow)}
    moves = flow.moves.values()

    assert {FIRST[flow]} | {move.target for move in moves if move.target} == known
    assert {source for move in moves for source in move.sources} <= known
    assert MODELS[flow]._meta.get_field("status").default == FIRST[flow]


@pytest.mark.parametrize(("flow", "move"), MOVES)
def test_every_move_names_a_permission_that_somebody_has(town, flow, move):
    assert move.permission in PERMISSIONS
    assert move.sources


@pytest.mark.parametrize(("flow", "move"), MOVES)
def test_from_every_other_status_a_move_is_refused_and_nothing_changes(town, monkeypatch, flow, move):
    """Whoever asks: the permission is given here, so that only the status can refuse."""
    monkeypatch.setitem(PERMISSIONS, move.permission, lambda user, thing=None: True)
    thing = one_of(town, flow)
    wrong = [value for value, _label in statuses(flow) if value not in move.sources]
    before = type(thing).objects.values().get(pk=thing.pk), AuditEntry.objects.count()

    for status in wrong:
        stale = type(thing).objects.get(pk=thing.pk)
        stale.status = status
        with pytest.raises(Refused):
            flow.check(stale, move.name, by=TIMETABLE)
    refused = before[0]["status"] in wrong
    if refused:
        with pytest.raises(Refused):
            flow.advance(thing, move.name, by=TIMETABLE)

    assert wrong or len(move.sources) == len(statuses(flow))
    if refused:
        assert (type(thing).objects.values().get(pk=thing.pk), AuditEntry.objects.count()) == before


@pytest.mark.parametrize("page", ["lifecycle", "permissions"])
def test_the_generated_page_is_fresh(page):
    call_command(page, check=True)
