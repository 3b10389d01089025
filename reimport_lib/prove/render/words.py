"""Words of the source and what they stand for, written down a second time.

Pure data; the words are those of the paragraphs on patients, contact details,
appointments and messages in ``docs/rules.md``.
"""

from __future__ import annotations

from collections.abc import Mapping

from reimport_lib.prove.render.rendering import seen

Vocabulary = Mapping[str, str]

SEXES: Vocabulary = {
    "": "U",
    **dict.fromkeys(("m", "male", "man"), "M"),
    **dict.fromkeys(("f", "female", "woman"), "F"),
    **dict.fromkeys(("o", "other", "non-binary", "x"), "O"),
    **dict.fromkeys(("u", "unknown"), "U"),
}
STATUSES: Vocabulary = {
    **dict.fromkeys(("completed", "complete", "attended", "done"), "completed"),
    **dict.fromkeys(("cancelled", "canceled"), "cancelled"),
    **dict.fromkeys(("dna", "fta", "no show", "no-show", "no_show"), "no_show"),
    **dict.fromkeys(("did not attend", "failed to attend"), "no_show"),
    **dict.fromkeys(("scheduled", "booked", "confirmed"), "scheduled"),
    **dict.fromkeys(("checked in", "checked-in", "checked_in"), "checked_in"),
    "arrived": "checked_in",
}
DIRECTIONS: Vocabulary = {
    **dict.fromkeys(("", "out", "outbound", "outgoing", "sent"), "out"),
    **dict.fromkeys(("in", "inbound", "incoming", "received", "reply"), "in"),
}
KINDS = ("phone", "mobile", "email", "address")

OTHER_TYPE = "application/octet-stream"
_OFFICE = "application/vnd.openxmlformats-officedocument"
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "image/avif": ("avif",),
    "image/bmp": ("bmp",),
    "image/gif": ("gif",),
    "image/heic": ("heic",),
    "image/heif": ("heif",),
    "image/jpeg": ("jpg", "jpeg", "jpe"),
    "image/png": ("png",),
    "image/svg+xml": ("svg",),
    "image/tiff": ("tif", "tiff"),
    "image/webp": ("webp",),
    "application/msword": ("doc",),
    "application/pdf": ("pdf",),
    "application/rtf": ("rtf",),
    "application/vnd.ms-excel": ("xls",),
    "application/vnd.ms-outlook": ("msg",),
    "application/vnd.ms-powerpoint": ("ppt",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    f"{_OFFICE}.presentationml.presentation": ("pptx",),
    f"{_OFFICE}.spreadsheetml.sheet": ("xlsx",),
    f"{_OFFICE}.wordprocessingml.document": ("docx",),
    "application/xml": ("xml",),
    "application/zip": ("zip",),
    "message/rfc822": ("eml",),
    "text/csv": ("csv",),
    "text/html": ("htm", "html"),
    "text/plain": ("txt",),
    "video/mp4": ("mp4",),
    "video/quicktime": ("mov",),
}
"""Type of file -> endings of the names that it is given."""


def ending_of(name: str) -> str:
    return seen(name).rpartition(".")[2].casefold()


def is_type_of(mime_type: str, name: str) -> bool:
    """Whether a file called *name* is of *mime_type*; unlisted endings are of none."""
    ending = ending_of(name)
    if mime_type == OTHER_TYPE:
        return not any(ending in endings for endings in ENDINGS.values())
    return ending in ENDINGS.get(mime_type, ())
