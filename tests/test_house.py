"""How the house is built: who writes what, what is forbidden, and what nobody may forget. Read from the source."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
HOUSE = ROOT / "applications"
SOURCES = {
    path.relative_to(HOUSE).as_posix(): path
    for path in sorted(HOUSE.rglob("*.py"))
    if "migrations" not in path.parts
}
TREES = {name: ast.parse(path.read_text()) for name, path in SOURCES.items()}
TEMPLATES = {path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.*")}

# Views that take rows without asking who looks, and why that is right.
UNSCOPED = {
    "calls/builder.py": "the stored state of a call fetched before",
    "calls/desk.py": "a call's own criteria",
    "calls/views.py": "calls that are published are public; a call's own criteria; the subscription whose key a letter holds",
    "decision/contest.py": "the one appeal against a decision fetched before",
    "decision/fairness_page.py": "figures of published calls are public",
    "decision/what_if.py": "the name of a reviewer whose sheets are left out on trial",
    "decision/views.py": "lists of calls that the desk of decisions, closed to others, shows",
    "intake/handing_in.py": "the stored state of an application fetched before",
    "intake/office.py": "published calls",
    "intake/views.py": "published calls; the stored state of an application fetched before",
    "intake/writing.py": "the stored state of an application fetched before; the taxonomy",
    "portal/exports.py": "narrowed by fetch to a person's own",
    "review/convening.py": "the people of a panel fetched before, and reviewers by the keys that its page offers",
    "review/meetings.py": "narrowed by fetch",
    "review/pool.py": "the reviewer's own profile",
    "review/desk.py": "published calls; reviewers by the key that the desk itself offers",
    "review/views.py": "the reviewer's own profile",
    "portal/views.py": "the record, closed to others; letters of the demonstration; the heartbeat",
}


LETTERS = {"notifications/delivery.py", "notifications/models.py", "management/demonstration.py"}
SAFE = [
    "applications/calls/views.py",  # unsubscribe: mail programs post without a cookie (RFC 8058)
    "applications/templatetags/grants.py",  # capture: what a template has rendered is escaped already
    "templates/account/email/email_confirmation_message.txt",  # plain text; the HTML of a letter is escaped from it
]


def found(kind, tree):
    return (node for node in ast.walk(tree) if isinstance(node, kind))


def calls(tree):
    """(the name called, its last part, the call) of every call."""
    for call in found(ast.Call, tree):
        name = ast.unparse(call.func)
        yield name, name.rpartition(".")[2], call


def where(question):
    """Names of the files in which something is so."""
    return {name for name, tree in TREES.items() if question(tree)}


def sets_a_status(tree):
    targets = [
        target
        for node in found((ast.Assign, ast.AugAssign, ast.AnnAssign), tree)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for target in ast.walk(target)
    ]
    return any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets) or any(
        last == "update" and any(keyword.arg == "status" for keyword in call.keywords)
        for _name, last, call in calls(tree)
    )


def test_a_status_is_set_by_the_flow_alone():
    """Letters have a status of their own that the post office moves; it is no stage of an application."""
    assert where(sets_a_status) <= LETTERS | {"kernel/flow.py"}


def test_money_is_written_by_the_ledger_alone():
    def writes(tree):
        return any(
            re.search(
                r"\b(LedgerEntry|Allocation)\b.*\.(create|bulk_create|get_or_create|update_or_create)$", name
            )
            or name in ("LedgerEntry", "Allocation")
            or re.search(r"\.(entries|allocations)\.(create|add|bulk_create|get_or_create)$", name)
            for name, _last, _call in calls(tree)
        )

    assert where(writes) == {"agreement/ledger.py"}


def test_no_text_is_declared_safe_and_no_form_goes_without_its_token():
    words = re.compile(r"mark_safe|csrf_exempt|SafeString|autoescape off|\|\s*safe\b|\|\s*safeseq\b")
    files = [*SOURCES.values(), *(ROOT / "templates" / name for name in TEMPLATES)]

    assert [str(file.relative_to(ROOT)) for file in files if words.search(file.read_text())] == SAFE


def test_the_roster_imports_every_table():
    defined = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name, tree in TREES.items()
        for model in found(ast.ClassDef, tree)
        if {"Model", "AppendOnly"} & {ast.unparse(base).rpartition(".")[2] for base in model.bases}
    } | {"accounts.models"}
    roster = {
        module.removeprefix("applications.")
        for node in found((ast.Import, ast.ImportFrom), TREES["models.py"])
        for module in (
            [f"{node.module}.{alias.name}" for alias in node.names] + [node.module]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
    }

    assert defined - roster == set()
    assert {
        model.__module__.removeprefix("applications.")
        for model in apps.get_app_config("applications").get_models()
    } == defined


def test_every_template_is_used_and_stands_in_a_room():
    texts = [path.read_text() for path in SOURCES.values()]
    texts += [(ROOT / "templates" / name).read_text() for name in TEMPLATES]
    rooms = {name.split("/")[0] for name in SOURCES} | {
        "account",
        "allauth",
        "django",
        "errors",
        "krds",
        "layout",
        "mail",
        "parts",
    }
    # allauth and Django find what we put in the place of their own by name
    others = ("account", "allauth", "django", "krds")
    ours = {name for name in TEMPLATES if name.split("/")[0] not in others}
    letters = {name for name in ours if name.startswith("mail/")}
    kinds = {name.removeprefix("mail/").rpartition(".")[0] for name in letters}

    everything = "\n".join(texts)
    unused = {name for name in ours - letters if name not in everything}
    unsent = {kind for kind in kinds if not kind.startswith("account/") and f'"{kind}"' not in everything}
    assert unused == set()
    assert unsent <= {"letter"}  # the frame of every letter
    assert {name.split("/")[0] for name in TEMPLATES} <= rooms


def holds_pages(tree):
    return any(
        ast.unparse(decorator).startswith("page(")
        for function in found(ast.FunctionDef, tree)
        for decorator in function.decorator_list
    )


def imported(tree):
    """The modules and names that a file takes in, by their full names."""
    for node in found(ast.ImportFrom, tree):
        yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


PAGES = where(holds_pages)


def test_pages_stand_on_top_nothing_but_addresses_and_other_pages_knows_them():
    modules = {f"applications.{name.removesuffix('.py').replace('/', '.')}" for name in PAGES}
    below = {name: tree for name, tree in TREES.items() if name not in PAGES and not name.endswith("urls.py")}

    assert {name for name, tree in below.items() if modules & set(imported(tree))} == set()


def test_no_page_writes_a_letter_itself():
    office = {"applications.notifications.outbox", "applications.notifications.delivery"}

    assert {name for name in PAGES if office & set(imported(TREES[name]))} == set()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_view_takes_only_what_the_person_may_see(name):
    unscoped = [
        called
        for called, _last, _call in calls(TREES[name])
        if re.search(r"\b[A-Z]\w+\.objects\.(?!visible_to\b|with_steps\b)", called)  # fetch narrows it
    ]

    assert not unscoped or name in UNSCOPED


def test_the_list_of_unscoped_views_names_no_other():
    assert set(UNSCOPED) <= PAGES


def test_every_table_has_a_caption_and_its_heads_say_what_they_are_the_heads_of():
    """But the one that is a field of a form: its legend names it."""
    pages = {name: (ROOT / "templates" / name).read_text() for name in TEMPLATES if name.endswith(".html")}
    tables = [
        (name, body) for name, text in pages.items() for body in re.findall(r"(?s)<table\b.*?</table>", text)
    ]

    assert {name for name, body in tables if "<caption" not in body} == {"krds/table_input.html"}
    assert {
        name for name, body in tables for head in re.findall(r"<th\b[^>]*>", body) if "scope=" not in head
    } == set()


def test_every_list_page_is_paged_by_key():
    """No page counts rows or skips them: both cost more the longer a list grows."""
    assert where(lambda tree: any(last in ("Paginator", "ListView") for _n, last, _c in calls(tree))) == set()


def test_no_file_is_longer_than_four_hundred_lines():
    assert {name for name, path in SOURCES.items() if len(path.read_text().splitlines()) > 400} == set()


def test_whoever_locks_a_row_lets_others_refer_to_it():
    """docs/decisions/0031-locks.md"""
    keeps_out = {
        name
        for name, tree in TREES.items()
        for _name, last, call in calls(tree)
        if last == "select_for_update" and "no_key" not in {word.arg for word in call.keywords}
    }

    assert keeps_out == set()


def test_there_is_no_drawer_for_odds_and_ends():
    drawers = {"utils", "common", "helpers", "helper", "misc", "util"}

    assert {name for name in SOURCES if drawers & set(name.removesuffix(".py").split("/"))} == set()
    assert {
        node.name
        for tree in TREES.values()
        for node in found(ast.ClassDef, tree)
        if re.search(r"(Mixin|Helper|Service|Util|Base)$", node.name)
    } == set()
