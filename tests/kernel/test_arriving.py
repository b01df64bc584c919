"""A file that arrives in pieces: offsets, what is kept when the line is cut, and what becomes of it in the end."""

import hashlib
from datetime import timedelta
from functools import partial

import pytest

from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.kernel.files import arriving
from applications.kernel.files.arriving import MOST_AT_ONCE, Upload
from applications.kernel.files.tasks import sweep_uploads
from tests.together import refusals, together

CONTENT = b"%PDF-1.4\n" + bytes(range(256)) * 10
pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def person(world):
    return world.person()


def begin(person, content=CONTENT, place="here", name="plan.pdf"):
    return arriving.begin(
        person=person, place=place, name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest()
    )


def kept(settings):
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_pieces_become_the_file_whatever_is_sent_twice_or_too_early(person):
    upload = begin(person)
    received = []
    for start, end in ((0, 1000), (0, 1000), (2000, 2569), (1000, 2000), (500, 900), (2000, 2569)):
        received.append(arriving.add_piece(upload, offset=start, content=CONTENT[start:end]).received)

    assert received == [1000, 1000, 1000, 2000, 2000, 2569]
    upload.refresh_from_db()
    with arriving.whole(upload) as file:
        assert (file.name, file.size, file.read()) == ("plan.pdf", 2569, CONTENT)


def test_more_than_was_announced_is_not_written(person):
    upload = begin(person)

    assert arriving.add_piece(upload, offset=0, content=CONTENT + b"x").received == 0


def test_the_same_bytes_of_another_length_are_refused(person):
    upload = begin(person)

    with pytest.raises(Refused, match="could not be read"):
        arriving.begin(
            person=person, place="here", name="plan.pdf", size=upload.size + 1, sha256=upload.sha256
        )


def test_the_same_file_goes_on_where_it_stopped_and_another_begins_anew(person, world):
    upload = begin(person)
    arriving.add_piece(upload, offset=0, content=CONTENT[:1000])

    assert begin(person).received == 1000
    assert begin(person, CONTENT[::-1]).received == 0
    assert begin(person, place="elsewhere").received == 0
    assert begin(world.person()).received == 0
    assert Upload.objects.count() == 4


def test_a_piece_that_was_written_and_not_told_of_is_written_again(person):
    """The power went between the disk and the database."""
    upload = begin(person)
    arriving.add_piece(upload, offset=0, content=b"lost" * 500)
    Upload.objects.update(received=0)

    arriving.add_piece(upload, offset=0, content=CONTENT)

    upload.refresh_from_db()
    with arriving.whole(upload) as file:
        assert file.read() == CONTENT


def test_a_file_that_is_not_here_or_not_the_one_is_refused(person):
    upload = begin(person)
    with pytest.raises(Refused, match="not here in full"), arriving.whole(upload):
        pass

    arriving.add_piece(upload, offset=0, content=CONTENT[:-1] + b"?")
    upload.refresh_from_db()
    with pytest.raises(Refused, match="damaged on its way"), arriving.whole(upload):
        pass


@pytest.mark.parametrize(
    ("size", "sha256", "reason"),
    [
        (31_457_281, "0" * 64, "larger than 30 MB"),
        (0, "0" * 64, "empty"),
        (-1, "0" * 64, "empty"),
        (10, "0" * 63, "could not be read"),
        (10, "Z" * 64, "could not be read"),
    ],
)
def test_what_cannot_come_is_refused_before_it_is_sent(person, size, sha256, reason):
    with pytest.raises(Refused, match=reason):
        arriving.begin(person=person, place="here", name="plan.pdf", size=size, sha256=sha256)
    assert Upload.objects.count() == 0


def test_a_person_has_so_many_uploads_at_once(person):
    for number in range(MOST_AT_ONCE):
        begin(person, b"%d" % number)

    with pytest.raises(Refused, match="on their way already"):
        begin(person)


@pytest.mark.postgresql
def test_many_uploads_begun_at_once_keep_to_the_limit(committed, world):
    person = world.person()
    for number in range(MOST_AT_ONCE - 1):
        begin(person, b"%d" % number)

    outcomes = together(*[partial(begin, person, b"one of %d" % number) for number in range(4)])

    assert len(refusals(outcomes)) == 3
    assert Upload.objects.count() == MOST_AT_ONCE


def test_what_nobody_goes_on_with_is_swept_after_a_day(person, settings, django_capture_on_commit_callbacks):
    with clock.at(clock.now() - timedelta(hours=25)):
        old = begin(person)
        arriving.add_piece(old, offset=0, content=CONTENT[:10])
    fresh = begin(person, b"fresh")

    with django_capture_on_commit_callbacks(execute=True):
        sweep_uploads()

    assert list(Upload.objects.all()) == [fresh]
    assert kept(settings) == []
