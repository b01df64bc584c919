"""The certificate of a designation as a document: its number, whose it is, and the fingerprint that proves it."""

from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from applications.kernel.pdf import head, typeset
from applications.templatetags.grants import business_number, day


def snapshot_of(seat):
    """What a certificate says, as plain data."""
    firm = seat.firm
    return {
        "number": seat.number,
        "firm": firm.name,
        "business_number": firm.business_number,
        "representative": firm.representative,
        "field": seat.field.name,
        "field_en": seat.field.name_en,
        "year": seat.year,
        "designated_on": seat.designated_on.isoformat(),
    }


def written(certificate) -> bytes:
    """The certificate as a tagged PDF in the present language, from what was frozen and from nothing else."""
    said = certificate.snapshot
    data = {
        **head(_("Certificate of designation"), said["number"]),
        "number_label": _("Designation number"),
        "firm": said["firm"],
        "facts": [
            [_("Firm"), f"{said['firm']} ({business_number(said['business_number'])})"],
            [_("Representative"), said["representative"]],
            [_("New-industry field"), said["field"] if get_language() == "ko" else said["field_en"]],
            [_("Programme year"), str(said["year"])],
            [_("Designated on"), day(date.fromisoformat(said["designated_on"]))],
        ],
        "words": _(
            "This firm is designated as a sprout company (새싹기업) of the six new-industry fields of the root industry."
        ),
        "hash_heading": _("Fingerprint of the certificate"),
        "hash": certificate.sha256,
        "verify": _(
            "Anybody who has this certificate can check that the designation is registered and unchanged: "
            "by its number and the fingerprint, or its first eight characters."
        ),
        "verify_url": f"{settings.SITE_URL}{reverse('cohort:verify')}?"
        + urlencode({"number": said["number"], "fingerprint": certificate.sha256}),
        "verify_address": settings.SITE_URL + reverse("cohort:verify"),
    }  # fmt: skip
    return typeset("cohort/certificate.typ", data, at=certificate.issued_at)
