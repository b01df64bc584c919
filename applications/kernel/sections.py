"""Things that are written section by section, by several people at once."""

from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Reason


def stale(thing, sections, *, version):
    """Why these sections cannot be saved: one was saved after the page was loaded, and is not overwritten unseen.

    thing: has section_versions, {section: the version that last saved it}. version: what the page was loaded with. A save
    of another section is none of its business.
    """
    if all(thing.section_versions.get(section, 0) <= version for section in sections):
        return []
    return [
        Reason(
            _(
                "This section was saved elsewhere in the meantime. Compare the two texts below, then save again."
            )
        )
    ]
