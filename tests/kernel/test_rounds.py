"""A round over many things: one that fails takes no other along, and the log says which it was."""

import logging

from applications.kernel.rounds import each


def test_what_fails_is_written_to_the_log_and_the_others_are_done(caplog):
    caplog.set_level(logging.ERROR, "applications.kernel.rounds")
    done = []

    def act(thing):
        done.append(1 / thing)

    each([1, 0, 2], act)

    assert done == [1, 0.5]
    assert [(one.getMessage(), one.exc_info[0]) for one in caplog.records] == [
        ("A round failed for 0", ZeroDivisionError)
    ]
