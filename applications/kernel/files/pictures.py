"""Pictures without what they tell beside the picture: where and when it was taken, with which device, by whom.

The picture itself is not touched: parts of the file are left out, nothing is compressed anew.
"""

import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile

from applications.kernel.errors import Refused
from applications.kernel.files.kinds import DAMAGED, TYPES

# Of JPEG (ITU-T T.81): what stands alone, what begins and ends the picture, and whose segments say something beside it.
ALONE, START, END, SCAN, COMMENT = {0x01, *range(0xD0, 0xD8)}, b"\xff\xd8", 0xD9, 0xDA, 0xFE
APPLICATION = range(0xE0, 0xF0)
KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}  # size, colours
EXIF = b"Exif\0\0"
# Of PNG: the parts that are not needed to draw it, and change how it looks all the same.
PNG, LOOKS = b"\x89PNG\r\n\x1a\n", (b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD")
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
        if marker == 0xE1 and body.startswith(EXIF):
            turned = _orientation(body.removeprefix(EXIF))
        elif marker in KEPT and body.startswith(KEPT[marker]):
            (head if marker == 0xE0 else rest).append(data[place:end])
        elif marker not in APPLICATION and marker != COMMENT:
            if marker == SCAN:
                end = _end_of_scan(data, end)
            rest.append(data[place:end])
        place = end
    if turned != UPRIGHT:
        said = EXIF + _saying(turned)
        head.append(b"\xff\xe1" + struct.pack(">H", len(said) + 2) + said)
    return b"".join([*head, *rest, b"\xff", bytes([END])])  # what follows the end is no part of the picture


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
        elif name[:1].isupper() or name in LOOKS:
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
