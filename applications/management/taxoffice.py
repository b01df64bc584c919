"""A stand-in for the tax office's register: the same protocol, fictional answers. For the demonstration and the tests."""

import json
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

KEY = "demonstration"
WORDS = {"01": "계속사업자", "02": "휴업자", "03": "폐업자", "": ""}
UNKNOWN = "국세청에 등록되지 않은 사업자등록번호입니다."
SUSPENDED, CLOSED = "9998823695", "9998724800"  # every other number with 999 is in business


def fictional(number):
    """The code and the end of a business of the demonstration."""
    if number == CLOSED:
        return "03", "20260930"
    return ("02" if number == SUSPENDED else "01" if number.startswith("999") else ""), ""


def row_of(number, code, ended):
    return {
        "b_no": number, "b_stt": WORDS[code], "b_stt_cd": code,
        "tax_type": "부가가치세 일반과세자" if code else UNKNOWN, "tax_type_cd": "01" if code else "",
        "end_dt": ended, "utcc_yn": "N" if code else "", "tax_type_change_dt": "", "invoice_apply_dt": "",
        "rbf_tax_type": "해당없음" if code else "", "rbf_tax_type_cd": "99" if code else "",
    }  # fmt: skip


class Desk(BaseHTTPRequestHandler):
    """Answers POST …/v1/status; `known` says what is so of a number."""

    known = staticmethod(fictional)

    def do_POST(self):
        address = urlsplit(self.path)
        if address.path != "/api/nts-businessman/v1/status":
            return self.tell(HTTPStatus.NOT_FOUND, {"code": -2, "msg": "NOT_FOUND"})
        if parse_qs(address.query).get("serviceKey") != [KEY]:
            return self.tell(HTTPStatus.UNAUTHORIZED, {"code": -4, "msg": "등록되지 않은 인증키 입니다."})
        try:
            numbers = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["b_no"]
        except (ValueError, KeyError, TypeError):
            return self.tell(HTTPStatus.BAD_REQUEST, {"status_code": "MALFORMED"})
        if len(numbers) > 100:
            return self.tell(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"status_code": "TOO_LARGE_REQUEST"})
        rows = [row_of(number, *self.known(number)) for number in numbers]
        found = sum(row["b_stt_cd"] != "" for row in rows)
        return self.tell(
            HTTPStatus.OK,
            {"status_code": "OK", "match_cnt": found, "request_cnt": len(rows), "data": rows},
        )

    def tell(self, status, answer):
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Quietly."""


@contextmanager
def open_desk(desk=Desk):
    """Serve on a free port of this machine; yields the address that stands in the setting TAXOFFICE_URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), desk)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/nts-businessman"
    finally:
        server.shutdown()
        server.server_close()
