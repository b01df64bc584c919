"""The minutes of a meeting of the committee: as a document, and the hash of what was closed."""

from django.utils.translation import gettext as _

from applications.decision import deliberated, deliberating
from applications.intake.snapshot import sha256_of
from applications.kernel.clock import KST
from applications.kernel.pdf import head, typeset
from applications.templatetags.grants import day, instant, won

OPEN = "–"


def votes_of(one):
    return [one.votes_for, one.votes_against, one.votes_abstained]


def fingerprint(deliberation):
    """SHA-256 of the meeting: where and when, who was present, the minutes, and every decision that counts with its votes."""
    numbers = deliberated.numbers(found := deliberated.in_force(deliberation))
    return sha256_of(
        {
            "call": deliberation.call.number,
            "ordinal": deliberation.ordinal,
            "held_at": deliberation.held_at.isoformat(),
            "place": deliberation.place,
            "secretary": str(deliberation.secretary.key),
            "members": [
                [one.name, one.affiliation, one.is_chair, one.is_present]
                for one in deliberation.members.all()
            ],
            "minutes": deliberation.minutes,
            "resolutions": [
                [
                    numbers[pk],
                    one.result,
                    one.grant_krw,
                    one.conditions,
                    one.reason,
                    *votes_of(one),
                    *filter(None, [one.recused]),
                ]
                for pk, one in found.items()
            ],
        }
    )


def quorum(members, *, is_open=False):
    """How many of the committee are present and whether that is enough, as a sentence; of a meeting that goes on, as it is now."""
    present, lacks = sum(one.is_present for one in members), bool(deliberating.no_quorum(members))
    said = {
        (False, False): _(
            "%(present)d of %(all)d members were present; the quorum is %(needed)d: the committee could decide."
        ),
        (False, True): _(
            "%(present)d of %(all)d members were present; the quorum is %(needed)d: the committee could not decide."
        ),
        (True, False): _(
            "%(present)d of %(all)d members are present; the quorum is %(needed)d: the committee can decide."
        ),
        (True, True): _(
            "%(present)d of %(all)d members are present; the quorum is %(needed)d: the committee cannot decide yet."
        ),
    }[is_open, lacks]
    return said % {"present": present, "all": len(members), "needed": deliberating.majority(len(members))}


def printed(deliberation, members, resolutions, *, at) -> bytes:
    """The minutes as a tagged PDF in the present language. resolutions: those that count, with their applications and firms."""
    call = deliberation.call
    data = {
        **head(_("Minutes of the committee"), f"{call.number} · {deliberation.ordinal}"),
        "facts": [
            [_("Call"), f"{call.title} ({call.number})"],
            [_("Held at"), instant(deliberation.held_at)],
            [_("Place of the meeting"), deliberation.place],
            [_("Secretary"), deliberation.secretary.name],
            [_("Status"), str(deliberation.get_status_display())],
            *(
                [[_("Meeting closed"), f"{instant(deliberation.closed_at)}, {deliberation.closed_by.name}"]]
                if deliberation.closed_by
                else []
            ),
            [_("Printed"), instant(at)],
        ],
        "members_heading": _("Attendance"),
        "members_columns": [_("Name"), _("Affiliation"), _("Role"), _("Present")],
        "members": [
            [one.name, one.affiliation, role_of(one), _("present") if one.is_present else _("absent")]
            for one in members
        ],
        "quorum": quorum(members) if members else "",
        "minutes_heading": _("Minutes"),
        "minutes": deliberation.minutes,
        "votes_heading": _("Decided otherwise than by rank, or with conditions"),
        "votes_columns": [
            _("Application"),
            _("The rules"),
            _("The committee"),
            _("For / against / abstained"),
        ],
        "votes": [row_of(one, members) for one in resolutions],
        "none": _("Nothing was decided otherwise: the list stands as the rules have it."),
        "hash": deliberation.sha256 and f"SHA-256 {deliberation.sha256}",
        "signed": _("Chair"),
        "chair": next((one.name for one in members if one.is_chair), OPEN),
        "dated": day(deliberation.held_at.astimezone(KST).date()),
    }
    return typeset("decision/minutes.typ", data, at=at)


def role_of(member):
    return _("Chair") if member.is_chair else _("Member of the committee")


def voters(one, members):
    """How many of the members present had a part in a decision."""
    return sum(member.is_present for member in deliberating.sitting(members, one.recused))


def recused(one):
    """Who had no part in a decision and why, as words; empty where all had."""
    return "; ".join(f"{name} ({affiliation}): {why}" for name, affiliation, why in one.recused)


def row_of(one, members):
    """One decision in the table of votes."""
    ruled = {value: str(label) for value, label in one.Result.choices}.get(one.ruled_result, OPEN)
    said = [str(one.get_result_display())]
    if one.grant_krw is not None:
        said.append(_("Grant (won)") + f": {won(one.grant_krw)}")
    if one.conditions:
        said.append(_("Conditions") + f": {one.conditions}")
    if one.recused:
        said.append(_("Recused") + f": {recused(one)}")
    return [
        f"{one.application.number}\n{one.application.firm.name}",
        f"{_('Rank %(rank)s') % {'rank': one.ruled_rank}}: {ruled}\n{one.ruled_reason}",
        "\n".join([*said, _("Reason") + f": {one.reason}"]),
        " / ".join(map(str, votes_of(one)))
        + "\n"
        + _("of %(present)s present") % {"present": voters(one, members)},
    ]
