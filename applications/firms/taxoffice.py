"""The tax office's register of businesses: one question over HTTP, and never more than an answer.

POST {TAXOFFICE_URL}/v1/status?serviceKey=… with {"b_no": ["1108100062", …]}, at most 100 numbers
(국세청 사업자등록정보 진위확인 및 상태조회, data.go.kr 15081808).
"""

import json
import logging
import re
from dataclasses import dataclass
from datetime import date, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from threading import Timer
from urllib.parse import quote, urlsplit

from django.conf import settings

logger = logging.getLogger(__name__)

MOST_NUMBERS = 100
SECONDS = 5  # for the whole answer, however it drips
MOST_BYTES = 1024 * 1024
CODES = {"01": "active", "02": "suspended", "03": "ended"}


@dataclass(frozen=True)
class Answer:
    """What the office said of one number; answered: whether it said anything at all that could be read."""

    standing: str
    answered: bool = True
    closed_on: date | None = None


NOTHING = Answer("unconfirmed", answered=False)


def is_known():
    """Whether this house may ask: it has a key."""
    return bool(settings.TAXOFFICE_KEY)


def ask(numbers):
    """{number: Answer} for at most 100 numbers. What is late, broken or not understood is NOTHING; it never raises."""
    if len(numbers) > MOST_NUMBERS:
        raise ValueError(f"The tax office is asked for {MOST_NUMBERS} numbers at most.")
    try:
        said = _read(_post({"b_no": list(numbers)}))
    except (OSError, HTTPException, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        logger.warning("The tax office gave no answer for %d numbers: %s", len(numbers), type(error).__name__)
        said = {}  # the error's own text may hold the key
    return {number: said.get(number, NOTHING) for number in numbers}


def _post(question):
    """The body of the answer, or an exception: within the seconds, of the status 200, not too long."""
    address = urlsplit(settings.TAXOFFICE_URL)
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = kind(address.hostname, address.port, timeout=SECONDS)
    limit = Timer(SECONDS, _hang_up, [connection])
    limit.daemon = True
    limit.start()
    try:
        connection.request(
            "POST",
            f"{address.path.rstrip('/')}/v1/status?serviceKey={quote(settings.TAXOFFICE_KEY, safe='')}",
            json.dumps(question),
            {"Content-Type": "application/json", "Accept": "application/json"},
        )
        response = connection.getresponse()
        if response.status != 200:
            raise ValueError(response.status)
        body = response.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES or response.length:
            raise ValueError("too long or cut off")
        return body
    finally:
        limit.cancel()
        connection.close()


def _hang_up(connection):
    """A socket's own limit begins anew with every byte; this one does not."""
    try:
        if connection.sock:
            connection.sock.shutdown(SHUT_RDWR)
    except OSError:
        pass  # it had ended just now


def _read(body):
    """{number: Answer} of everything in the answer that can be read."""
    rows = json.loads(body)["data"]
    if not isinstance(rows, list):
        raise TypeError("data")
    return {row["b_no"]: answer for row in rows if (answer := answer_of(row))}


def answer_of(row):
    """One row: a standing by its code, or an empty one for a number that is not registered; None for anything else."""
    if not isinstance(row, dict) or not isinstance(row.get("b_no"), str):
        return None
    code, words = row.get("b_stt_cd"), row.get("b_stt")
    if code == "" and words == "":
        return Answer("unconfirmed")
    if code not in CODES or not isinstance(words, str):
        return None
    return Answer(CODES[code], closed_on=_day(row.get("end_dt")) if code == "03" else None)


def _day(text):
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{8}", text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007  a day, no instant
    except ValueError:
        return None
