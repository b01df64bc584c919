"""The virus scanner: clamd, asked over its own protocol (INSTREAM)."""

import re
import socket
import struct

from django.conf import settings

SECONDS = 60
PIECE = 64 * 1024


class NoAnswer(Exception):
    """The scanner is away, too slow, or does not take this file: it is asked again later."""


def scan(content):
    """The name of what was found in this file, or "" where it is clean. Raises NoAnswer."""
    try:
        with _connect() as line:
            line.sendall(b"zINSTREAM\0")
            while piece := content.read(PIECE):
                line.sendall(struct.pack("!I", len(piece)) + piece)
            line.sendall(struct.pack("!I", 0))
            answer = b""
            while not answer.endswith(b"\0") and (more := line.recv(4096)) and len(answer) < 4096:
                answer += more
    except OSError as error:
        raise NoAnswer(str(error)) from error
    said = answer.rstrip(b"\0").decode(errors="replace")
    if said == "stream: OK":
        return ""
    if found := re.fullmatch(r"stream: (.+) FOUND", said):
        return found[1]
    raise NoAnswer(said)


def _connect():
    """CLAMD_HOST: host, host:port, or the path of a socket."""
    if settings.CLAMD_HOST.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(SECONDS)
        line.connect(settings.CLAMD_HOST)
        return line
    host, _, port = settings.CLAMD_HOST.partition(":")
    return socket.create_connection((host, int(port or 3310)), timeout=SECONDS)
