"""An application frozen as data: everything that was handed in, and the hash that proves it."""

import hashlib
import json


def freeze(application) -> dict:
    """The whole application as plain data: firm, plan, answers, papers with their SHA-256."""
    firm = application.firm
    return {
        "call": {"number": application.call.number, "title": application.call.title},
        "number": application.number,
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
        },
        "title": application.title,
        "summary": application.summary,
        "field": application.field.code,
        "technologies": sorted(application.technologies.values_list("code", flat=True)),
        "total_krw": application.total_krw,
        "requested_krw": application.requested_krw,
        "cash_krw": application.cash_krw,
        "answers": application.answers,
        "consents": application.consents,
        "papers": [
            {
                "code": document.paper.code,
                "paper": document.paper.name,
                "file": document.file.name,
                "key": str(document.file.key),
                "size": document.file.size,
                "sha256": document.file.sha256,
            }
            for document in application.documents.select_related("paper", "file").order_by("paper__ordinal")
        ],
    }


def sha256_of(snapshot: dict) -> str:
    """The hash of the canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
