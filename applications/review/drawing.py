"""Which applications a panel hears, and how its members are drawn: pure, and the same whenever it is asked again (docs/domain.md, panels)."""

from hashlib import sha256

from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Reason
from applications.kernel.reasons import not_ahead

TIMES = 3  # candidates drawn for each place (3배수)
SAID_BY = 3  # members who say what they are before the shares of women and men are shown: fewer could be told apart (ours)


def fits(application, fields, technologies):
    """Whether an application belongs to a scope.

    application: (id of its field, ids of its technologies); fields, technologies: ids of the scope. A scope that names
    neither takes nothing by itself; one that names both takes what has one of each.
    """
    field, own = application
    if not fields and not technologies:
        return False
    return (not fields or field in fields) and (not technologies or bool(own & technologies))


def place_of(key, seed):
    """Where a candidate stands: by the SHA-256 of "seed/key", so that any tool can draw again."""
    return sha256(f"{seed}/{key}".encode()).hexdigest()


def draw(pool, wanted, *, seed):
    """{kind: keys in drawn order}: three times as many as are wanted of each kind, or all there are.

    pool: pairs (key of the account, kind) in any order; wanted: {kind: members}.
    """
    return {
        kind: sorted((key for key, of in pool if of == kind), key=lambda key: place_of(key, seed))[
            : TIMES * number
        ]
        for kind, number in wanted.items()
        if number
    }


def next_in_order(order, wanted, seated, houses):
    """(keys to be invited now, {kind: places that stay empty}).

    order: {kind: keys}; wanted: {kind: members}; seated: {key: (kind, institution or None once they are out)} of everybody asked
    so far; houses: {key: institution} of the candidates. Nobody is asked twice, and no two of one institution.
    """
    taken = {house for _kind, house in seated.values() if house is not None}
    chosen, short = [], {}
    for kind, number in wanted.items():
        missing = number - sum(of == kind and house is not None for of, house in seated.values())
        for key in order.get(kind, []):
            if missing <= 0:
                break
            if key in seated or key not in houses or houses[key] in taken:
                continue
            chosen.append(key)
            taken.add(houses[key])
            missing -= 1
        if missing > 0:
            short[kind] = missing
    return chosen, short


def unanswerable(panelist, *, now):
    """Why an invitation cannot be answered any more."""
    if panelist.answer_by <= now:
        return [Reason(_("The time to answer is over. Please write to the office if you can still come."))]
    return []


def in_order(names, *, seed):
    """All of these in drawn order, whatever order they come in."""
    return sorted(names, key=lambda name: place_of(name, seed))


def bad_sitting(sitting, others, *, now):
    """Why hours cannot be planned: they are over, or others of the panel are at the same time."""
    if reasons := not_ahead(sitting.starts_at, now=now, field="starts_at"):
        return reasons
    if any(sitting.starts_at < other.ends_at and other.starts_at < sitting.ends_at for other in others):
        return [Reason(_("The panel sits at this time already."), "starts_at")]
    return []


def closed(panel):
    """A closed panel, and what it has heard, is changed by nobody; where there is no panel nothing is closed."""
    return [Reason(_("The panel is closed."))] if panel and panel.status == "closed" else []


def no_member(panel, name):
    """Why a reviewer who does not sit in the panel of an application is not asked for a sheet of it."""
    return Reason(
        _("%(name)s is no member of %(panel)s, which hears this application.")
        % {"name": name, "panel": panel}
    )


def shares(values, *, order=()):
    """[(value, how many, percent, width of a bar of 100)], the most first unless an order is given; for a table with bars."""
    counted = dict.fromkeys(order, 0)
    for value in values:
        counted[value] = counted.get(value, 0) + 1
    total, most = sum(counted.values()), max(counted.values(), default=0)
    rows = counted.items() if order else sorted(counted.items(), key=lambda row: (-row[1], str(row[0])))
    return [
        (
            value,
            number,
            round(100 * number / total) if total else 0,
            round(100 * number / most) if most else 0,
        )
        for value, number in rows
    ]


def shares_of_genders(said, labels, *, unsaid):
    """The same of women, men, and whoever does not say, where enough of the members say it; else nothing.

    said: what each member says, "" or "unsaid" where they do not; labels: {what is said: its word}; unsaid: the word for the rest.
    """
    known = [labels[one] for one in said if one in labels]
    if len(known) < SAID_BY:
        return []
    return shares([*known, *[unsaid] * (len(said) - len(known))], order=[*labels.values(), unsaid])
