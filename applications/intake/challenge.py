"""Whom a firm asks to exclude from the review of its application (기피신청; docs/domain.md, conflicts of interest)."""

from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Gap

PARTS = ("person", "institution", "reason")


def unfounded(challenge):
    """Who asks to exclude a reviewer names a person or an institution, and why."""
    if not challenge:
        return []
    gaps = []
    if not challenge.get("person") and not challenge.get("institution"):
        text = _("Please name the reviewer or the institution to be excluded.")
        gaps.append(Gap(text, "challenge_person", "pledges"))
    if not challenge.get("reason"):
        gaps.append(Gap(_("Please say why the reviewer is to be excluded."), "challenge_reason", "pledges"))
    return gaps
