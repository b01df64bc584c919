"""Equals whose order sways the list below them, though it changes nothing among them (docs/domain.md, ranking and decision)."""

from applications.decision import rules


def swayed(lines, redraw, decided=None):
    """Groups of equals that are all selected, whose order yet makes a difference to those below them, and was not decided.

    It does where money and minimums meet: what one of them takes first decides what is still owed. redraw: gives the Lines for an order.
    """
    groups, found = {}, []
    for line in lines:
        if line.result == "selected" and not line.by_committee:
            groups.setdefault(line.candidate.key, []).append(line.candidate)
    for equals in groups.values():
        ids = [c.pk for c in equals]
        if len({c.coming for c in equals}) == 1 or rules.is_ordered(ids, decided):
            continue
        backwards = {pk: place for place, pk in enumerate(reversed(ids), 1)}
        if rules.outcomes(redraw({**(decided or {}), **backwards})) != rules.outcomes(lines):
            found.append(equals)
    return found
