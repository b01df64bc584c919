"""The virus scanner: what is asked of it, what its answers mean, and what becomes of a file until it has answered."""

import io
import socket
import struct
import threading

import pytest

from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.kernel.files import download, scanner
from applications.kernel.files.examining import examine
from applications.kernel.files.stored import LEASE, StoredFile
from tests.fixtures import pdf as document
from tests.world import pdf, received

EICAR = (
    b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
)  # in two: no file of ours holds it


class Clamd(threading.Thread):
    """A scanner that speaks INSTREAM: it finds the test virus, and may be told to answer something else."""

    def __init__(self):
        super().__init__(daemon=True)
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.door.getsockname()[1]}"
        self.received, self.answer, self.most = [], None, 10**9

    def run(self):
        while True:
            try:
                line, _address = self.door.accept()
            except OSError:
                return
            with line, line.makefile("rb") as stream:
                content = b""
                assert stream.read(10) == b"zINSTREAM\0"
                while (length := struct.unpack("!I", stream.read(4))[0]) and len(content) <= self.most:
                    content += stream.read(length)
                self.received.append(content)
                said = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
                if len(content) > self.most:
                    said = b"INSTREAM size limit exceeded. ERROR"
                line.sendall((self.answer or said) + b"\0")


@pytest.fixture
def clamd(settings):
    server = Clamd()
    server.start()
    settings.CLAMD_HOST = server.address
    yield server
    server.door.close()


def given(stored, **whose):
    """The bytes that somebody gets; the response itself is not closed: that would close the connection, too."""
    response = download(stored, **whose)
    with response.file_to_stream:
        return b"".join(response.streaming_content)


def test_the_scanner_is_given_the_whole_file_and_its_word_is_believed(clamd):
    long = bytes(range(256)) * 1000

    assert scanner.scan(io.BytesIO(long)) == ""
    assert scanner.scan(io.BytesIO(long + EICAR)) == "Eicar-Test-Signature"
    assert clamd.received == [long, long + EICAR]


def test_no_answer_is_neither_clean_nor_infected(clamd, settings):
    clamd.answer = b"stream: Can't allocate memory ERROR"
    with pytest.raises(scanner.NoAnswer, match="allocate"):
        scanner.scan(io.BytesIO(b"x"))
    clamd.answer = b""
    clamd.most = 10
    with pytest.raises(scanner.NoAnswer):
        scanner.scan(io.BytesIO(b"x" * 500_000))
    settings.CLAMD_HOST = "127.0.0.1:1"
    with pytest.raises(scanner.NoAnswer, match="refused"):
        scanner.scan(io.BytesIO(b"x"))


def test_without_a_scanner_a_file_says_that_it_is_unscanned_and_is_given_out(db):
    stored = received(pdf())

    assert stored.scan == "unscanned"
    assert given(stored)


def test_a_file_waits_for_the_scanner_and_is_its_owners_alone_until_then(db, clamd, english):
    stored = received(pdf(content=document()))

    assert stored.scan == "scanning"
    with pytest.raises(Refused, match="still being checked"):
        download(stored)
    assert given(stored, own=True)
    examine(stored)
    stored.refresh_from_db()
    assert (stored.scan, stored.text_state) == ("clean", "read")
    assert given(stored)


def test_what_holds_a_virus_is_read_by_nobody_and_given_to_its_owners_only(db, clamd, english):
    stored = received(pdf(content=document() + EICAR))

    examine(stored)

    stored.refresh_from_db()
    assert (stored.scan, stored.virus, stored.text_state) == (
        "infected",
        "Eicar-Test-Signature",
        "unreadable",
    )
    with pytest.raises(Refused, match="holds a virus"):
        download(stored)
    assert given(stored, own=True)


def test_while_the_scanner_is_away_a_file_goes_on_waiting_and_is_scanned_later(db, clamd, settings):
    at, settings.CLAMD_HOST = settings.CLAMD_HOST, "127.0.0.1:1"
    stored = received(pdf(content=document()))
    now = clock.now()

    with clock.at(now):
        examine(stored)
        stored.refresh_from_db()
        assert (stored.scan, stored.text_state) == ("scanning", "read")
        assert list(StoredFile.objects.to_examine(now)) == []
    settings.CLAMD_HOST = at
    with clock.at(now + LEASE * 1.1) as later:
        assert list(StoredFile.objects.to_examine(later)) == [stored]
        examine(stored)

    stored.refresh_from_db()
    assert stored.scan == "clean"
