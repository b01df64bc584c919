"""Rows of a list that are chosen on several of its pages, and one act on many of them, piece by piece: kept in the session of who chooses."""

from uuid import uuid4

from django.contrib.sessions.models import Session
from django.db import transaction

from applications.kernel.errors import Denied, Refused
from applications.kernel.web import is_key

AT_ONCE = 500  # rows that one press acts on
MOST = 10_000  # rows that can be chosen


def chosen(request, listing):
    """The keys of the rows of a list that are chosen so far."""
    return request.session.get("chosen", {}).get(listing.name, [])


def choose(request, listing):
    """Take in what a page of a list sent: of the rows that it showed, those that were ticked. Returns the keys that are chosen now."""
    before, shown = chosen(request, listing), set(request.POST.getlist("shown"))
    kept = [key for key in before if key not in shown]
    now = list(dict.fromkeys([*kept, *filter(is_key, request.POST.getlist("pick"))]))[:MOST]
    if now != before:
        request.session["chosen"] = request.session.get("chosen", {}) | {listing.name: now}
    return now


def forget(request, listing):
    """Nothing is chosen any more."""
    request.session["chosen"] = request.session.get("chosen", {}) | {listing.name: []}


def begin(request, ids):
    """An act on these rows that waits for its confirmation. What another page was about is confirmed no more."""
    act = {"key": uuid4().hex, "ids": ids, "at": 0, "done": 0, "refused": 0}
    request.session["act"] = act
    return act


def take(request):
    """(the act that this page confirms or goes on with, the ids of its next piece); None where it is over, or another one came between.

    Whoever presses first takes the piece: to who presses at the same moment it is over.
    """
    with transaction.atomic():
        stored = Session.objects.select_for_update(no_key=True).filter(pk=request.session.session_key).first()
        found = stored.get_decoded() if stored else {}
        act = found.get("act")
        if not act or act["key"] != request.POST.get("confirm"):
            # What this page still holds of it is old by now, and must not come back with the session.
            request.session["act"] = act
            return None
        piece = act["ids"][act["at"] : act["at"] + AT_ONCE]
        act |= {"key": uuid4().hex, "at": act["at"] + len(piece)}
        request.session["act"] = act
        request.session.save()
    return act, piece


def go_on(request, act, rows, do, *, denied):
    """Do a piece of an act, each of its rows by its own rule: [(row, why it was refused)]. denied: what is said of who may no more."""
    refused, found = [], list(rows)
    for row in found:
        try:
            do(row)
        except Refused as refusal:
            refused.append((row, str(refusal)))
        except Denied:
            refused.append((row, denied))
    act["done"] += len(found) - len(refused)
    act["refused"] += len(refused)
    request.session["act"] = act if act["at"] < len(act["ids"]) else None
    return refused
