"""An application frozen as data: everything that was handed in, and the hash that proves it."""

import hashlib
import json
import re
from datetime import UTC

from applications.intake import bonus
from applications.intake.rules import PLEDGES


def freeze(application, undertakings, documents, balances, *, from_paper=False) -> dict:
    """The whole application as plain data: firm, plan, answers, claims, undertakings, papers with their SHA-256.

    undertakings: {code: undertaking} of what is given (Application.given); documents: its papers with their files;
    balances: the firm's last balance sheets (queries.balances_of); from_paper: the office has entered it.
    """
    firm = application.firm
    return {
        "call": {"number": application.call.number, "title": application.call.title},
        "number": application.number,
        **({"from_paper": True} if from_paper else {}),
        "firm": {
            "business_number": firm.business_number,
            "name": firm.name,
            "representative": firm.representative,
            "size": firm.size,
            "track": firm.track,
            "founded_on": firm.founded_on.isoformat(),
            "region": firm.region.code,
            "address": firm.address,
            "ksic": f"{firm.ksic_version}:{firm.ksic}",
            "employees": firm.employees,
            "sales_krw": firm.sales_krw,
            "balances": balances,
        },
        "title": application.title,
        "summary": application.summary,
        "field": application.field.code,
        "technologies": application.technology_codes,
        "total_krw": application.total_krw,
        "requested_krw": application.requested_krw,
        "cash_krw": application.cash_krw,
        "budget": application.budget,
        "partners": partners_of(application),
        "answers": application.answers,
        "challenge": application.challenge,
        "bonus": bonus.frozen(application),
        "undertakings": [
            {
                "code": code,
                "text": str(PLEDGES[code]),
                "version": undertaking.version,
                "by": undertaking.by.name,
                "key": str(undertaking.by.key),
                "at": undertaking.at.astimezone(UTC).isoformat(),
            }
            for code in PLEDGES
            if (undertaking := undertakings.get(code))
        ],
        "papers": [
            {
                "code": document.paper.code,
                "paper": document.paper.name,
                "file": document.file.name,
                "key": str(document.file.key),
                "size": document.file.size,
                "sha256": document.file.sha256,
                **({"valid_until": document.expires_on.isoformat()} if document.expires_on else {}),
            }
            for document in documents
        ],
    }


def partners_of(application):
    """Those that an application names, with what they agreed to and who said so."""
    if not application.institutions and not application.demand:
        return []
    return [
        {
            "part": partner.part,
            "business_number": partner.business_number,
            "name": partner.name,
            "role": partner.role,
            "grant_krw": partner.grant_krw,
            "cash_krw": partner.cash_krw,
            "in_kind_krw": partner.in_kind_krw,
            "confirmed_by": partner.answered_by.name if partner.answered_by else None,
            "confirmed_at": partner.answered_at.astimezone(UTC).isoformat() if partner.answered_at else None,
        }
        for partner in application.partners.standing().select_related("answered_by").order_by("pk")
    ]


def sha256_of(snapshot: dict) -> str:
    """The hash of the canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def typed_hash(fingerprint):
    """The beginning of a hash as somebody typed it, at least eight characters; "" where it is none."""
    fingerprint = re.sub(r"\s", "", fingerprint).lower()
    return fingerprint if re.fullmatch(r"[0-9a-f]{8,64}", fingerprint) else ""
