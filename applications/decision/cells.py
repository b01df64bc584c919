"""Groups of a public table that tell of nobody alone: small cells stand together (docs/domain.md, figures of a call). Pure."""

LEAST = 3  # firms of a cell that is shown
YEARS = 5  # of founding that stand together
LOADS = (1, 6, 11, 16, 21, 31)  # where the groups of sheets of a reviewer begin
SPREADS = (0, 5, 10, 15, 20, 25)  # where the groups of points between the highest and the lowest sheet begin


def together(rows, *, least=LEAST):
    """[(codes, *counts)]: rows of fewer stand together as one, the last; where those are still too few the smallest other joins.

    rows: [(code, *counts)] of things in no order. A row is large enough where its first two counts are (applications, eligible).
    Nothing is shown where all of them together are too few. What stands together can be reckoned from no total.
    """
    alone = [((code,), *counts) for code, *counts in rows if is_enough(counts, least)]
    others = [((code,), *counts) for code, *counts in rows if any(counts) and not is_enough(counts, least)]
    alone.sort(key=lambda row: -row[1])  # the largest first; what is equal stays as it stands
    if not others:
        return alone
    rest = added(others)
    while not is_enough(rest[1:], least):
        if not alone:
            return []
        rest = added([alone.pop(), rest])
    return [*alone, rest]


def neighbours(rows, *, least=LEAST):
    """The same of rows that stand in an order, such as years: whoever is too few joins the next, the last the one before."""
    found, rest = [], None
    for code, *counts in rows:
        if rest is None and not any(counts):
            continue
        own = ((code,), *counts)
        rest = own if rest is None else added([rest, own])
        if is_enough(rest[1:], least):
            found.append(rest)
            rest = None
    if rest is not None and any(rest[1:]):
        if not found:
            return []
        found.append(added([found.pop(), rest]))
    return found


def added(rows):
    """One row of several: all their codes, their counts summed."""
    codes, *counts = zip(*rows, strict=True)
    return (sum(codes, ()), *(sum(column) for column in counts))


def is_enough(counts, least=LEAST):
    return all(count >= least for count in counts[:2])


def told(count, *, least=LEAST):
    """A count as the public reads it: None where it is small and not zero."""
    return None if 0 < count < least else count


def all_told(counts, *, least=LEAST):
    """{name: count} where none of them is small; None else, for what is hidden alone could be reckoned from the whole."""
    return counts if all(told(count, least=least) is not None for count in counts.values()) else None
