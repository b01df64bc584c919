"""Finding words in the text of papers. Pure."""

import re

SHOWN_CHARACTERS, SHOWN_HITS, AROUND = 3000, 20, 40  # of the text of one paper


def hits(parts, wanted):
    """[(number of the part, before, what was found, after)] of the first places where this stands, in any case."""
    if not wanted:
        return []
    found = []
    for number, part in enumerate(parts, 1):
        for match in re.finditer(re.escape(wanted), part, re.IGNORECASE):
            start, end = match.span()
            found.append((number, part[max(0, start - AROUND) : start], match[0], part[end : end + AROUND]))
            if len(found) == SHOWN_HITS:
                return found
    return found


def beginning(parts):
    """The beginning of a text, as much as is read at a glance."""
    return "\n".join(parts)[:SHOWN_CHARACTERS]
