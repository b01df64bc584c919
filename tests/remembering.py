"""What a test begins with is made through the actions once; the next test of the same process gets the same rows, written straight.

A step is a method of the world (tests/world.py). As long as nothing but steps has written, the tables hold what the steps before
have made of them, and the same step makes the same of them again: its rows, its files, and what it left in the objects it was
given. Once a test writes by itself, its further steps are really taken.
"""

import shutil
from contextlib import contextmanager
from copy import deepcopy
from functools import cached_property, wraps
from pathlib import Path

from django.conf import UserSettingsHolder, settings
from django.db import connection
from django.db.models import Model
from django.utils import translation

from applications.calls import editions
from applications.kernel import clock
from tests.sweep import BESIDE, READS, WRITES

ELSEWHERE = {"MEDIA_ROOT", "CACHES", "default_settings", "_deleted"}  # settings that differ from test to test


class Unnamed(Exception):
    """Something that has no name by which it would be known again."""


def name_of(thing):
    match thing:
        case Model():
            return (thing._meta.label, thing.pk)
        case list() | tuple():
            return tuple(name_of(one) for one in thing)
        case dict():
            return tuple((name_of(key), name_of(value)) for key, value in thing.items())
        case _ if type(thing).__module__ in ("builtins", "datetime", "decimal", "uuid") and not callable(
            thing
        ):
            return (type(thing).__name__, repr(thing))
    raise Unnamed(thing)


def circumstances():
    """What a step may depend on beside the tables: the instant, the language, the settings of the test."""
    changed, found = {}, settings._wrapped
    while isinstance(found, UserSettingsHolder):
        changed = vars(found) | changed
        found = found.default_settings
    return (
        clock._instant.get(),
        translation.get_language(),
        repr(sorted((name, value) for name, value in changed.items() if name not in ELSEWHERE)),
    )


def rows_of(table):
    """(columns, {text of a row: the row})."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        columns = [column[0] for column in cursor.description]
        return columns, {repr(row): row for row in cursor.fetchall()}


def files():
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


class Step:
    """What a step has changed."""

    def __init__(self, before, kept_files, had, objects):
        self.rows = {}
        for table, (columns, old) in before.items():
            _columns, new = rows_of(table)
            gone = [(row[0],) for text, row in old.items() if text not in new]
            came = [row for text, row in new.items() if text not in old]
            self.rows[table] = (columns, gone, came)
        self.files, self.had, self.objects = kept_files, had, deepcopy(objects)

    def again(self, objects):
        """Change the same. objects: what it is given now, in the same order."""
        with connection.cursor() as cursor:
            for table, (columns, gone, came) in self.rows.items():
                if gone:
                    cursor.executemany(f'DELETE FROM "{table}" WHERE "{columns[0]}" = %s', gone)
                if came:
                    names, places = (
                        ", ".join(f'"{name}"' for name in columns),
                        ", ".join(["%s"] * len(columns)),
                    )
                    cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', came)
        for name, source in self.files.items():
            target = Path(settings.MEDIA_ROOT, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        return self.left_in(objects)

    def left_in(self, objects):
        """Bring what is given to the state in which the step left it; what it made comes as a copy."""
        (world, *given), (kept_world, *kept, result) = objects, self.objects
        pairs = [(kept_world[name], world[name]) for name in self.had if isinstance(world[name], Model)]
        pairs += [pair for pair in zip(kept, given, strict=True) if isinstance(pair[1], Model)]
        same = {id(old): now for old, now in pairs}
        for old, now in pairs:
            state = {name: deepcopy(value, same) for name, value in vars(old).items()}
            vars(now).clear()
            vars(now).update(state)
        world |= {
            name: deepcopy(value, same)
            for name, value in kept_world.items()
            if name not in self.had or not isinstance(value, Model)
        }
        return deepcopy(result, same)


class Watch:
    """Follows the steps of one test, and sees whoever else writes. known: {steps so far: the last of them}."""

    def __init__(self, known, folder):
        self.known, self.folder, self.so_far, self.before, self.busy = known, folder, (), {}, False

    def __call__(self, execute, sql, params, many, context):
        reads = READS.match(sql)
        if not self.busy:
            written = None if reads else WRITES.match(sql)
            if (reads and "ROLLBACK" in sql) or (not reads and (not written or written[1] not in BESIDE)):
                self.so_far = None
        elif not reads and (table := WRITES.match(sql)[1]) not in self.before:
            self.before[table] = rows_of(table)
        return execute(sql, params, many, context)

    def take(self, method, world, args, kwargs):
        """What the method returns, really taken or as it was remembered."""
        if self.so_far is None or self.busy:
            return method(world, *args, **kwargs)
        try:
            so_far = (
                self.so_far,
                method.__module__,
                method.__qualname__,
                name_of(args),
                name_of(kwargs),
                *circumstances(),
            )
        except Unnamed:
            self.so_far = None
            return method(world, *args, **kwargs)
        objects, self.busy = [vars(world), *args, *kwargs.values()], True
        try:
            if made := self.known.get(so_far):
                result = made.again(objects)
            else:
                result, self.known[so_far] = self.really(method, world, args, kwargs, objects)
        except BaseException:
            so_far = None
            raise
        finally:
            self.so_far, self.busy, self.before = so_far, False, {}
        return result

    def really(self, method, world, args, kwargs, objects):
        had, there = list(vars(world)), files()
        result = method(world, *args, **kwargs)
        kept = {}
        for name in files() - there:
            kept[name] = self.folder / f"{len(self.known)}-{len(kept)}"
            shutil.copyfile(Path(settings.MEDIA_ROOT, name), kept[name])
        return result, Step(self.before, kept, had, [*objects, result])


class Memory:
    """Of one process, of all its tests that do not commit."""

    def __init__(self, folder):
        self.known, self.folder = {}, folder
        folder.mkdir(exist_ok=True)

    @contextmanager
    def of(self, world):
        """Watch what is done with this world, which nothing was done with so far."""
        editions.forget()  # a call of another test had the same key, and may have been written into by hand
        WATCHED[id(world)] = watch = Watch(self.known, self.folder)
        with connection.execute_wrapper(watch):
            yield world
        del WATCHED[id(world)]


WATCHED = {}  # {id of a world: its watch}, while its test is run


def step(method):
    """A step: method(world, ...)."""

    @wraps(method)
    def take(world, *args, **kwargs):
        watch = WATCHED.get(id(world))
        return watch.take(method, world, args, kwargs) if watch else method(world, *args, **kwargs)

    return take


class Once:
    """A cached property whose making is a step."""

    def __init__(self, name, make):
        self.name, self.make = name, step(make)

    def __get__(self, world, owner=None):
        return vars(world).setdefault(self.name, self.make(world)) if world is not None else self


def in_steps(*besides):
    """A class whose methods are steps. besides: names of those that are too small to be remembered."""

    def decorate(cls):
        for name, made in list(vars(cls).items()):
            if isinstance(made, cached_property):
                setattr(cls, name, Once(name, made.func))
            elif callable(made) and not name.startswith("_") and name not in besides:
                setattr(cls, name, step(made))
        return cls

    return decorate
