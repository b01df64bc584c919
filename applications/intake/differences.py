"""Two texts side by side: what was taken out and what was put in, word by word."""

import re
from collections import Counter
from difflib import SequenceMatcher
from itertools import takewhile

MOST_STEPS = 10_000_000  # of a comparison at its worst: about a second


def pieces(before: str, after: str):
    """[(same | out | in, text)] that lead from one text to the other; the texts are those of a section.

    What they begin and end with is the same; where finding the words between would take too long, all of it differs.
    """
    old, new = words(before), words(after)
    head = alike(old, new)
    tail = alike(old[head:][::-1], new[head:][::-1])
    ends = "".join(old[:head]), "".join(old[len(old) - tail :])
    middle = between(old[head : len(old) - tail], new[head : len(new) - tail])
    return [piece for piece in (("same", ends[0]), *middle, ("same", ends[1])) if piece[1]]


def alike(old, new):
    """How many words, or characters, two texts have in common from where they begin."""
    return sum(1 for _same in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def between(old, new):
    """The pieces of two texts that begin and end differently."""
    if steps(old, new) > MOST_STEPS:
        return [("out", "".join(old)), ("in", "".join(new))]
    found = []
    for kind, i, j, k, m in SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(old[i:j])))
            continue
        if i < j:
            found.append(("out", "".join(old[i:j])))
        if k < m:
            found.append(("in", "".join(new[k:m])))
    return found


def steps(old, new):
    """How many steps it takes at worst: each word in common may be looked at once for every word."""
    often = Counter(word for word in new if not word.isspace())  # a space is compared beside a word only
    return sum(count * often[word] for word, count in Counter(old).items()) * min(len(old), len(new))


def words(text):
    """A text in words and the spaces between them."""
    return re.findall(r"\s+|[^\s]+", text)
