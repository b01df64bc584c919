"""The public pages that answer for a document that the house has given out: registered and unchanged, or not, and no more."""

from allauth.core import ratelimit
from django.shortcuts import render


def answer(request, *, is_registered, **words):
    """Answer for the number and the fingerprint of a document; the link on it fills both in.

    is_registered: (number, fingerprint) -> bool; words: heading, hint, label of the number and action of the form.
    """
    given = request.POST or request.GET
    number, fingerprint = (given.get(name, "").strip()[:100] for name in ("number", "fingerprint"))
    asked = request.method == "POST"
    too_many = asked and not ratelimit.consume(request, action="verify_receipt")
    facts = {
        "number": number,
        "fingerprint": fingerprint,
        "asked": asked,
        "too_many": too_many,
        "is_registered": asked and not too_many and is_registered(number, fingerprint),
        **words,
    }
    return render(request, "parts/verify.html", facts, status=429 if too_many else 200)
