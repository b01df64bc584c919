"""What a picture tells beside itself is left out; the picture and which way up it is stay, point by point."""

import zlib
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from applications.kernel.errors import Refused
from applications.kernel.files import kind_of, without_metadata

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("english")]
GPS, ORIENTATION = 0x8825, 0x0112


def taken(kind="jpg", *, orientation=6, **options):
    """A picture as a phone takes it: place, device, time, name, a small copy of it, and a film behind its end."""
    picture = Image.radial_gradient("L").resize((48, 32)).convert("RGB")
    picture.putpixel((0, 0), (255, 0, 0))
    exif = Image.Exif()
    exif[0x010F], exif[0x013B], exif[0x0132] = "SECRET-DEVICE", "SECRET-NAME", "2027:01:10 10:00:00"
    if orientation:
        exif[ORIENTATION] = orientation
    exif.get_ifd(GPS).update(
        {1: "N", 2: (37.0, 33.0, 59.0), 3: "E", 4: (126.0, 58.0, 41.0), 29: "SECRET-DAY"}
    )
    file, words = BytesIO(), PngInfo()
    if kind == "jpg":
        picture.save(
            file,
            "jpeg",
            exif=exif,
            comment=b"SECRET-REMARK",
            xmp=b"<x>SECRET-XMP</x>",
            icc_profile=b"COLOURS",
            **options,
        )
        file.write(b"\xff\xd8SECRET-FILM")
    else:
        words.add_text("Author", "SECRET-NAME")
        words.add_itxt("XML:com.adobe.xmp", "SECRET-XMP", zip=False)
        picture.save(file, "png", exif=exif, pnginfo=words, icc_profile=b"COLOURS")
    return SimpleUploadedFile(f"place.{kind}", file.getvalue())


@pytest.mark.parametrize(
    ("kind", "options"),
    [("jpg", {}), ("jpg", {"progressive": True}), ("jpg", {"orientation": 0}), ("png", {}), ("png", {"orientation": 1})],
)  # fmt: skip
def test_place_device_time_and_name_are_left_out_and_the_picture_stays(kind, options):
    upload = taken(kind, **options)
    before = Image.open(upload)
    assert before.getexif().get_ifd(GPS)[2] == (37.0, 33.0, 59.0)

    found = without_metadata(upload, kind)

    content, after = found.read(), Image.open(found)
    turned = options.get("orientation", 6)
    assert b"SECRET" not in content and b"2027" not in content
    assert dict(after.getexif()) == ({ORIENTATION: turned} if turned > 1 else {})
    assert (found.name, kind_of(found), after.info["icc_profile"]) == (upload.name, kind, b"COLOURS")
    assert after.tobytes() == before.tobytes()
    assert ImageOps.exif_transpose(after).size == ((32, 48) if turned == 6 else (48, 32))
    assert without_metadata(found, kind).read() == content


def segment(marker, body):
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def chunk(name, body):
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def test_a_small_copy_and_what_nobody_knows_are_left_out_of_a_jpeg_and_the_picture_stays():
    plain = BytesIO()
    Image.radial_gradient("L").resize((48, 32)).convert("CMYK").save(plain, "jpeg", dpi=(300, 300))
    picture = plain.getvalue()
    jfif = segment(0xE0, b"JFIF\0\1\2\1\1\x2c\1\x2c\5\1" + b"SECRET-POINTS-.")
    unknown = [segment(marker, b"SECRET") for marker in (0xE0, 0xE5, 0xF0, 0xFD, 0x02, 0xC8, 0xFE)]
    rest = picture[2:].partition(b"\xff\xee")
    adobe = segment(0xEE, rest[2][2:14] + b"SECRET")
    full = picture[:2] + jfif + b"".join(unknown) + adobe + rest[2][14:]

    found = without_metadata(SimpleUploadedFile("a.jpg", full), "jpg").read()

    after, before = Image.open(BytesIO(found)), Image.open(BytesIO(picture))
    assert b"SECRET" not in found
    assert (after.info["dpi"], after.mode, after.tobytes()) == ((300, 300), "CMYK", before.tobytes())


def test_what_says_how_a_png_looks_stays_and_what_nobody_knows_is_left_out():
    plain = BytesIO()
    Image.new("RGB", (4, 4), (255, 0, 0)).save(plain, "png")
    head, rest = plain.getvalue()[:33], plain.getvalue()[33:]
    looks = [chunk(b"cICP", b"\x09\x10\x00\x01"), chunk(b"mDCV", bytes(24)), chunk(b"cLLI", bytes(8))]
    unknown = [chunk(name, b"SECRET") for name in (b"ABCD", b"teXt", b"tIME", b"vpAg")]

    found = without_metadata(
        SimpleUploadedFile("a.png", head + b"".join(looks + unknown) + rest), "png"
    ).read()

    assert found == head + b"".join(looks) + rest


def test_what_is_no_whole_picture_is_refused_or_ends_where_it_ends():
    whole = taken(orientation=0).read()
    with pytest.raises(Refused, match="damaged"):
        without_metadata(SimpleUploadedFile("a.jpg", whole[:2] + b"no marker"), "jpg")
    with pytest.raises(Refused, match="damaged"):
        without_metadata(SimpleUploadedFile("a.jpg", whole[:4]), "jpg")
    with pytest.raises(Refused, match="damaged"):
        without_metadata(SimpleUploadedFile("a.png", taken("png").read()[:10]), "png")
    bent = whole.replace(b"Exif\0\0MM", b"Exif\0\0XX")
    assert b"SECRET" not in without_metadata(SimpleUploadedFile("a.jpg", bent), "jpg").read()
