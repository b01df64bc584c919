"""The sweep: every address, as every one of the cast, with every method and id; what is wrong comes back as findings."""

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile, is_zipfile

from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pypdf.errors import PyPdfError

from tests.asking import paper_text

MISSING = UUID("00000000-0000-4000-8000-000000000000")
QUICK = ("GET", "HEAD", "POST", "OPTIONS")
FULL = (*QUICK, "PUT", "PATCH", "DELETE", "TRACE")
TOKEN = re.compile(rb'(?<=csrfmiddlewaretoken" value=")[^"]+')
NEXT = re.compile(rb'rel="next" href="([^"]+)"')
CANARY = re.compile(rb"(?i)canary-[a-z0-9-]*[a-z0-9]")
READS = re.compile(r"\s*(SELECT|WITH|SAVEPOINT|RELEASE|ROLLBACK|SET CONSTRAINTS|PRAGMA)\b")
WRITES = re.compile(r'\s*(?:INSERT INTO|INSERT OR IGNORE INTO|UPDATE|DELETE FROM) "?(\w+)"?')
# What a request may write although nothing was changed: that somebody was there, that somebody looked.
BESIDE = {"django_session", "applications_accessentry", "applications_opening"}

# What the outer libraries bring; an upgrade that adds an address must be looked at.
FOREIGN = {
    "account_change_password", "account_confirm_login_code", "account_email", "account_email_verification_sent",
    "account_inactive", "account_login", "account_logout", "account_reauthenticate", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "account_set_password", "account_signup", "mfa_activate_totp", "mfa_add_webauthn", "mfa_authenticate",
    "mfa_deactivate_totp", "mfa_download_recovery_codes", "mfa_edit_webauthn", "mfa_generate_recovery_codes",
    "mfa_index", "mfa_list_webauthn", "mfa_login_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn", "mfa_view_recovery_codes", "set_language",
}  # fmt: skip


def addresses(patterns=None, spaces=()):
    """{name: view} of the whole URL conf; a kind of entry that is not known here is an error."""
    found = {}
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            more = addresses(entry.url_patterns, spaces + ((entry.namespace,) if entry.namespace else ()))
        elif isinstance(entry, URLPattern):
            more = {":".join([*spaces, entry.name]): entry.callback}
        else:
            raise TypeError(f"An unknown kind of address: {entry!r}")
        if twice := found.keys() & more.keys():
            raise ValueError(f"A name stands twice: {twice}")
        found |= more
    return found


def undeclared(views):
    """Names of views that say neither what they ask nor why they are public."""
    return {
        name
        for name, view in views.items()
        if not getattr(view, "methods", ()) or bool(view.permission) == bool(view.public)
    }


@dataclass(frozen=True)
class Row:
    """One line of the oracle: a page, the thing it is asked about, its methods, and what each of the cast hears."""

    page: str
    thing: str
    methods: tuple
    answers: dict = field(hash=False)


def oracle():
    """The rows of tests/access.txt."""
    lines = (Path(__file__).parent / "access.txt").read_text().splitlines()
    header, *rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    cast = header[3:]
    return [
        Row(page, thing, tuple(methods.split(",")), dict(zip(cast, cells, strict=True)))
        for page, thing, methods, *cells in rows
    ]


def words_of(town, page, thing, who):
    """The words of an address: the key of a thing of the town, and what else it names."""
    if page in ("portal:imports", "portal:import_begin", "portal:import_template"):
        return {"name": "firms"}
    if page == "portal:keep_view":
        return {"name": town.view.list}
    if thing == "-":
        return {}
    if thing == "oneself":
        person = town.people[who]
        return {"key": getattr(person, "key", MISSING)} | ({"name": "role"} if page == "accounts:act" else {})
    found = getattr(town, thing)
    match page:
        case "intake:begin" | "intake:enter":
            return {"call": found.key}
        case "calls:confirm":
            return {"token": found}
        case "calls:edit":
            return {"key": found.key, "name": "notice"}
        case "calls:add" | "calls:move":
            return {"key": found.key, "name": "part"}
        case "calls:piece" | "calls:remove":
            return {"key": found.key, "name": "part", "place": "1"}
        case "intake:section_preview":
            return {"key": found.key, "name": "plan"}
        case "intake:rule":
            return {"key": found.key, "code": "E07"}
        case "intake:section" | "intake:autosave" | "intake:revisions":
            return {"key": found.key, "name": "project"}
        case "intake:revision":
            return {"key": found.key, "revision": found.revisions.first().key}
        case "intake:paper" | "intake:begin_upload":
            return {"key": found.key, "code": found.call.papers.filter(required=True).first().code}
        case "intake:take":
            return {"key": found.key, "code": "D02", "kept": town.kept.key}
        case "intake:upload":
            upload = town.uploads.get(who, town.uploads["owner"])
            return {"key": found.key, "code": "D01", "upload": upload.key}
        case "firms:kept" | "firms:kept_file":
            return {"key": found.key, "paper": town.kept.key}
        case "intake:download":
            return {"key": found.key, "file": found.documents.last().file.key}
        case "decision:evidence" | "decision:drop_evidence":
            return {"key": found.key, "file": found.evidence.get().key}
        case "review:download" | "review:paper":
            return {"key": found.key, "file": found.application.documents.last().file.key}
        case "review:desk_photo_download":
            return {"key": found.key, "photo": town.photo.key}
        case "review:photo_download" | "review:remove_photo":
            photo = found.photos.first()
            return {"key": found.key, "photo": photo.key}
        case "decision:letter":
            return {"key": found.key, "application": found.places.first().application.key}
        case "decision:take_back":
            return {"key": found.key, "place": 1}
        case "review:tell" | "review:exempt_all" | "review:exempt_several":
            return {"key": found.key, "place": 1}
        case "review:change_plan":
            return {"key": found.key, "application": town.application.key}
        case "review:adjust":
            return {"key": found.key, "place": 1}
        case "review:waive":
            return {"key": found.key, "reviewer": town.colleague.key}
        case "review:seat_act":
            return {"key": found.key, "name": "remind"}
        case "review:remove_sitting":
            return {"key": found.key, "sitting": found.sittings.get().key}
        case "review:give_back":
            return {"key": found.key, "sheet": found.application.assignments.first().key}
        case "review:sheet_act":
            return {"key": found.key, "name": "exclude"}
        case "accounts:act":
            return {"key": found.key, "name": "role"}
        case "firms:year":
            return {"key": found.key, "year": 2025}
        case "firms:take_back":
            return {"key": found.key, "invitation": town.invited.key}
        case "firms:request":
            return {"key": found.key, "asked": town.asked.key}
        case "firms:member" | "firms:hand_over":
            return {"key": found.key, "member": found.members.get(user=town.editor).key}
    return {"key": found.key}


def data_of(town, page):
    match page:
        case "review:close_all":
            return {"call": str(town.open.key)}
        case "intake:take_over":
            return {"from": str(town.application.key)}
    return {}


@dataclass
class Answer:
    status: int
    headers: tuple
    body: bytes
    everything: bytes
    to_login: bool

    def like(self, other):
        return (self.status, self.headers, self.body) == (other.status, other.headers, other.body)


@cache
def read(body):
    """What stands in a PDF, or packed in a workbook or an archive, for whoever opens it."""
    if body.startswith(b"%PDF"):
        try:
            return paper_text(body).replace("-\n", "-").encode()  # a canary may stand on two lines
        except PyPdfError:  # the papers of the town are not all whole
            return b""
    if body.startswith(b"PK") and is_zipfile(BytesIO(body)):
        with ZipFile(BytesIO(body)) as packed:
            return b"".join(packed.read(name) for name in packed.namelist())
    return b""


class Person:
    """One of the cast at a browser of their own."""

    def __init__(self, user):
        self.client = Client(raise_request_exception=False)
        if user.is_authenticated:
            self.client.force_login(user)
        self.client.get("/help/")  # brings the cookie of the forms
        self.cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}

    def ask(self, method, path, data=None):
        self.client.cookies = SimpleCookie(self.cookies)
        if method in ("GET", "HEAD", "POST", "OPTIONS"):
            response = getattr(self.client, method.lower())(path, data or {} if method == "POST" else None)
        else:
            response = self.client.generic(method, path)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return Answer(
            status=response.status_code,
            headers=(*sorted(response.headers), *sorted(response.cookies)),
            body=TOKEN.sub(b"", body).replace(f'value="{path}"'.encode(), b""),
            everything=str(response.headers).encode() + body + read(body),
            to_login=response.status_code == 302 and response.headers["Location"].startswith("/auth/login/"),
        )


def stored(tables=None):
    """{table: hash of all its rows} of these, else of all but those that keep who was there and who looked."""
    hashes = {}
    if tables is None:
        tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - BESIDE
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
            hashes[table] = hashlib.sha256(repr(cursor.fetchall()).encode()).digest()
    return hashes


class Written:
    """The tables that statements were sent to which may change them, kept or not; any other statement is an error."""

    def __init__(self):
        self.tables, self.before = set(), {}

    def __call__(self, execute, sql, params, many, context):
        if not READS.match(sql):
            found = WRITES.match(sql)
            assert found, f"Nobody knows what this writes: {sql}"
            table = found[1]
            if table not in BESIDE:
                self.tables.add(table)
                if table not in self.before:  # the first to write in it finds it as it was at the beginning
                    self.before |= stored([table])
        return execute(sql, params, many, context)

    def changed(self):
        """Those whose rows are others than when it was last asked."""
        after = stored(self.tables)
        found = [table for table in after if after[table] != self.before[table]]
        self.tables, self.before = set(), self.before | after
        return found


def kind_of(answer):
    """What somebody hears: answered, as if there were no such thing, asked to sign in, or the status itself."""
    if answer.to_login:
        return "L"
    if answer.status == 404:
        return "."
    return "x" if answer.status < 400 or answer.status in (409, 422) else str(answer.status)


class Sweep:
    """One of the cast goes through the rows; `findings` tells what is wrong, `seen` which canaries came by."""

    def __init__(self, town, who, person, methods=QUICK):
        self.town, self.who, self.person, self.methods = town, who, person, methods
        self.findings, self.seen, self.count, self.missing = [], set(), 0, {}

    def run(self, rows):
        written = Written()
        with connection.execute_wrapper(written):
            for page in dict.fromkeys(row.page for row in rows):
                for row in rows:
                    if row.page == page:
                        self.go(row)
                if changed := written.changed():
                    self.findings.append(f"{page}: what was denied or only asked for has changed {changed}")
        return self

    def go(self, row):
        words = words_of(self.town, row.page, row.thing, self.who)
        path, due = reverse(row.page, kwargs=words), row.answers[self.who]
        public = row.answers["anonymous"] != "L"
        for method in self.methods:
            declared = method in row.methods or (method == "HEAD" and "GET" in row.methods)
            if not declared:
                self.expect("405" if public or due != "L" else "L", method, path, row)
                continue
            answer = self.expect(due, method, path, row)
            self.turn_pages(method, path, row, answer)
            if method != "HEAD" and (words or due == "."):
                self.as_if_missing(row, method, path, words, answer if due == "." else None)

    def expect(self, due, method, path, row):
        if due == "x" and method not in ("GET", "HEAD", "OPTIONS"):
            with transaction.atomic():  # what is allowed may change things: it is taken back
                answer = self.ask(method, path, row.page)
                transaction.set_rollback(True)
        else:
            answer = self.ask(method, path, row.page)
        if (heard := kind_of(answer)) != due:
            self.findings.append(
                f"{method} {row.page} {row.thing}: {self.who} hears {heard}, should hear {due}"
            )
        return answer

    def turn_pages(self, method, path, row, answer):
        """A long list is looked at to its end."""
        while method == "GET" and answer.status == 200 and (further := NEXT.search(answer.everything)):
            answer = self.expect("x", method, path + unescape(further[1].decode()), row)

    def as_if_missing(self, row, method, path, words, denied):
        """What is not there is not there for anybody; and a no is the same answer, but for the token of its forms."""
        gone = {name: MISSING if isinstance(word, UUID) else word for name, word in words.items()}
        gone |= {"token": "nothing"} if "token" in words else {}
        gone |= {"name": "nothing"} if set(words) == {"name"} else {}
        elsewhere = reverse(row.page, kwargs=gone) if words else f"{path}nothing-here/"
        if (row.page, method) not in self.missing:
            due = "L" if row.answers[self.who] == "L" else "."
            self.missing[row.page, method] = self.expect(due, method, elsewhere, row)
        if denied and not denied.like(self.missing[row.page, method]):
            self.findings.append(
                f"{method} {row.page} {row.thing}: {self.who} can tell it from what does not exist"
            )

    def ask(self, method, path, page):
        self.count += 1
        answer = self.person.ask(method, path, data_of(self.town, page))
        self.seen |= {found.decode().upper() for found in CANARY.findall(answer.everything)}
        self.seen |= {name for name, text in self.town.numbers.items() if text in answer.everything}
        return answer
