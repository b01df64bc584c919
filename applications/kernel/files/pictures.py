"""Pictures without what they tell beside the picture: where and when it was taken, with which device, by whom.

The picture itself is not touched: parts of the file are left out, nothing is compressed anew.
"""

import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile

from applications.kernel.errors import Refused
from applications.kernel.files.kinds import DAMAGED, TYPES

# Of JPEG (ITU-T T.81): what stands alone, what begins and ends the picture, and the segments that it is drawn from: frames,
# tables, scans. Every other says something beside it, but for its density and its colours.
ALONE, START, END, SCAN = {0x01, *range(0xD0, 0xD9)}, b"\xff\xd8", 0xD9, 0xDA
DRAWN = {*range(0xC0, 0xE0)} - {0xC8, *range(0xD0, 0xDA)}
JFIF, ADOBE, COLOURS, EXIF = (
    (0xE0, b"JFIF\0"),
    (0xEE, b"Adobe"),
    (0xE2, b"ICC_PROFILE\0"),
    (0xE1, b"Exif\0\0"),
)
# Of PNG: the parts that it is drawn from, and those that change how it looks.
PNG, NEEDED = b"\x89PNG\r\n\x1a\n", (b"IHDR", b"PLTE", b"IDAT", b"IEND")
LOOKS = (
    b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD", b"cICP", b"mDCV", b"cLLI",
)  # fmt: skip
ORIENTATION = 0x0112
UPRIGHT = 1


def without_metadata(upload, kind):
    """The same picture (jpg or png) as another upload that holds nothing but itself and which way up it is. Raises Refused."""
    upload.seek(0)
    try:
        content = {"jpg": _jpeg, "png": _png}[kind](upload.read())
    except (struct.error, IndexError, ValueError) as broken:
        raise Refused(DAMAGED) from broken
    return SimpleUploadedFile(upload.name, content, TYPES[kind])


def _jpeg(data):
    head, rest, place, turned = [START], [], 2, UPRIGHT
    while place < len(data):
        if data[place] != 0xFF:
            raise ValueError("no marker")
        marker = data[place + 1]
        if marker == 0xFF:  # a filling byte
            place += 1
            continue
        if marker == END:
            break
        end = place + 2
        if marker not in ALONE:
            end += struct.unpack_from(">H", data, place + 2)[0]
        body = data[place + 4 : end]
        if _is(EXIF, marker, body):
            turned = _orientation(body.removeprefix(EXIF[1]))
        elif _is(JFIF, marker, body):
            head.append(_segment(marker, body[:12] + b"\0\0"))  # without the small picture
        elif _is(ADOBE, marker, body):
            rest.append(_segment(marker, body[:12]))
        elif marker in DRAWN or _is(COLOURS, marker, body):
            if marker == SCAN:
                end = _end_of_scan(data, end)
            rest.append(data[place:end])
        place = end
    if turned != UPRIGHT:
        head.append(_segment(EXIF[0], EXIF[1] + _saying(turned)))
    return b"".join([*head, *rest, b"\xff", bytes([END])])  # what follows the end is no part of the picture


def _is(kind, marker, body):
    return marker == kind[0] and body.startswith(kind[1])


def _segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _end_of_scan(data, place):
    """Where the next marker after the points of a picture stands."""
    while (place := data.find(b"\xff", place)) >= 0:
        if place + 1 < len(data) and data[place + 1] not in (0x00, *range(0xD0, 0xD8)):
            return place
        place += 2
    return len(data)


def _png(data):
    found, place, turned = [], len(PNG), UPRIGHT
    while place < len(data):
        length, name = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        if name == b"eXIf":
            turned = _orientation(data[place + 8 : end - 4])
        elif name in NEEDED or name in LOOKS:
            found.append(data[place:end])
        place = end
        if name == b"IEND":
            break
    if turned != UPRIGHT:
        said = b"eXIf" + _saying(turned)
        found.insert(1, struct.pack(">I", len(said) - 4) + said + struct.pack(">I", zlib.crc32(said)))
    return b"".join([PNG, *found])


def _orientation(exif):
    """Which way up a picture is, 1 to 8, by the first directory of its Exif (TIFF); upright where it does not say so."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return UPRIGHT
    try:
        first = struct.unpack_from(order + "I", exif, 4)[0]
        for entry in range(struct.unpack_from(order + "H", exif, first)[0]):
            tag, _kind, _count, value = struct.unpack_from(order + "HHIH", exif, first + 2 + 12 * entry)
            if tag == ORIENTATION:
                return value if value in range(1, 9) else UPRIGHT
    except struct.error:
        pass  # Exif that is cut off says nothing
    return UPRIGHT


def _saying(turned):
    """An Exif that says this alone."""
    return b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, ORIENTATION, 3, 1, turned, 0, 0)
