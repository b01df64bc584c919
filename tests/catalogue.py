"""The Korean catalogue is complete, its .mo equals its .po, and every string of the sources is in it."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "applications/locale/ko/LC_MESSAGES/django.po"


def entries(catalogue):
    return {
        (e.msgctxt, e.msgid): e.msgstr or tuple(e.msgstr_plural.values()) for e in catalogue if not e.obsolete
    }


def faults():
    """What is wrong with the catalogue, as sentences."""
    po = polib.pofile(str(PO))
    found = [f"not translated: {entry.msgid}" for entry in po.untranslated_entries()]
    found += [f"fuzzy: {entry.msgid}" for entry in po.fuzzy_entries()]
    found += [f"no longer used: {entry.msgid}" for entry in po.obsolete_entries()]
    mo = {key: value for key, value in entries(polib.mofile(str(PO.with_suffix(".mo")))).items() if key[1]}
    if mo != entries(po):
        found.append("the .mo file differs from the .po file")
    return found


def strings_of_the_sources():
    """The msgids that makemessages finds, or None without xgettext."""
    if not shutil.which("xgettext"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(
            ROOT, copy, ignore=shutil.ignore_patterns(".venv", "var", ".git", "node_modules", "fonts")
        )
        subprocess.run(
            [sys.executable, "manage.py", "makemessages", "-l", "ko", "--no-location", "--no-obsolete", "-v0", "-i", "tests"],
            cwd=copy, check=True, env={**os.environ, "DEMO": "1", "VAR_DIR": folder},
        )  # fmt: skip
        return set(entries(polib.pofile(str(copy / PO.relative_to(ROOT)))))


if __name__ == "__main__":
    problems = faults()
    strings = strings_of_the_sources()
    if strings is None:
        print("catalogue: no xgettext here, so the sources were not searched for new strings")
    else:
        known = set(entries(polib.pofile(str(PO))))
        problems += [
            f"missing in the catalogue: {msgid}" for _context, msgid in sorted(strings - known, key=str)
        ]
        problems += [f"not in the sources: {msgid}" for _context, msgid in sorted(known - strings, key=str)]
    for problem in problems:
        print(problem)
    print(f"catalogue: {len(problems)} problems")
    sys.exit(1 if problems else 0)
