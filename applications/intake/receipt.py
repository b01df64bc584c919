"""The receipt as a document: what was handed in, when, by whom, and the fingerprints that prove it."""

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.accounts.models import Role
from applications.intake import rules
from applications.kernel.pdf import head, typeset
from applications.templatetags.grants import business_number


def written(receipt, *, by_name=True) -> bytes:
    """The receipt as a tagged PDF in the present language, from what was frozen and from nothing else.

    by_name: else the role stands in the place of each person.
    """
    snapshot, role = receipt.snapshot, str(Role.APPLICANT.label)
    firm, arrived = snapshot["firm"], rules.shown(receipt.arrived_at)
    data = {
        **head(_("Receipt"), receipt.number),
        "number_label": _("Receipt number"),
        "arrived": arrived,
        "facts": [
            [_("Application number"), snapshot["number"]],
            [_("Call"), f"{snapshot['call']['title']} ({snapshot['call']['number']})"],
            [_("Firm"), f"{firm['name']} ({business_number(firm['business_number'])})"],
            *([[_("Representative"), firm["representative"]]] if by_name else []),
            [_("Title of the plan"), snapshot["title"]],
            [_("Handed in by"), receipt.by.name if by_name else role],
            [_("Arrived"), arrived],
            *([[_("On paper"), entered(receipt)]] if snapshot.get("from_paper") else []),
        ],
        "papers_heading": _("Papers"),
        "papers_columns": [_("Paper"), _("File and its SHA-256"), _("Size (bytes)")],
        "papers": [
            [paper["paper"], paper["file"], paper["sha256"], f"{paper['size']:,}"]
            for paper in snapshot["papers"]
        ],
        "pledges_heading": _("Pledges and consents"),
        "pledges_columns": [_("Pledge or consent"), _("Version"), _("Given by and when")],
        "pledges": [
            [
                undertaking["text"],
                undertaking["version"],
                undertaking["by"] if by_name else role,
                rules.shown(datetime.fromisoformat(undertaking["at"])),
            ]
            for undertaking in snapshot["undertakings"]
        ],
        "hash_heading": _("Fingerprint of the whole application"),
        "hash": receipt.sha256,
        "verify": _(
            "Anybody who has this receipt can check that what was handed in is registered and unchanged: "
            "by the receipt number and the fingerprint, or its first eight characters."
        ),
        "verify_url": verify_url(receipt),
        "verify_address": settings.SITE_URL + reverse("intake:verify"),
    }  # fmt: skip
    return typeset("intake/receipt.typ", data, at=receipt.arrived_at)


def entered(receipt):
    """That the office has entered it, and when the paper came."""
    said = _("Entered by the office from paper (received %(arrived)s, entered %(entered)s)")
    return said % {"arrived": rules.shown(receipt.arrived_at), "entered": rules.shown(receipt.written_at)}


def verify_url(receipt):
    """The public page that answers for this receipt, already filled in."""
    asked = urlencode({"number": receipt.number, "fingerprint": receipt.sha256})
    return f"{settings.SITE_URL}{reverse('intake:verify')}?{asked}"
