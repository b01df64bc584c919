"""What a published call asks is read once in each process: nothing but a notice changes it, and a notice raises its revision."""

from functools import lru_cache

from django.utils.functional import cached_property

KEPT = 64  # editions of calls that a process remembers, of each kind of thing
_kept = []


def forget():
    """Read all anew: for whoever writes other rows under the keys that there were."""
    for kept in _kept:
        kept.cache_clear()


def remembered(read):
    """read(id), kept for a published call: a function of (id of what is read for, its call). The rows are shared: not to be changed."""

    @lru_cache(maxsize=KEPT)
    def kept(pk, _edition):
        return read(pk)

    _kept.append(kept)

    def found(pk, call):
        return kept(pk, (call.key, call.revision)) if call.published_at else read(pk)

    return found


def of_call(read):
    """The same as a property of the call itself, read once where it is not published yet. read(id of the call)."""
    found = remembered(read)
    return cached_property(lambda call: found(call.pk, call))
