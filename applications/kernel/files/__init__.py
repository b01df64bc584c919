"""Uploaded papers: what a file really is, where it is kept, what stands in it, and how it leaves the house again."""

from applications.kernel.files.kinds import (
    MAX_FILE_BYTES,
    MAX_PACKED_ENTRIES,
    MAX_UNPACKED_BYTES,
    TYPES,
    clean_name,
    kind_of,
    named_as,
)
from applications.kernel.files.pictures import without_metadata
from applications.kernel.files.stored import (
    StoredFile,
    accepted,
    download,
    forget,
    given_out,
    renamed,
    store,
    storing,
    used,
)

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_PACKED_ENTRIES",
    "MAX_UNPACKED_BYTES",
    "TYPES",
    "StoredFile",
    "accepted",
    "clean_name",
    "download",
    "forget",
    "given_out",
    "kind_of",
    "named_as",
    "renamed",
    "store",
    "storing",
    "used",
    "without_metadata",
]
