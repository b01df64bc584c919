"""The one source of time."""

from datetime import UTC, date, datetime, timedelta
from threading import Thread

import time_machine

from applications.kernel import clock


def test_now_is_aware_and_the_present():
    with time_machine.travel(datetime(2026, 12, 1, 0, tzinfo=UTC), tick=False):
        assert clock.now() == clock.kst(2026, 12, 1, 9)


def test_another_instant_can_be_lived_at_and_left_again_even_by_an_error():
    before = clock.now()
    try:
        with clock.at(clock.kst(2023, 4, 3, 9)):
            with clock.at(clock.kst(2024, 4, 3, 9)):
                assert clock.now() == clock.kst(2024, 4, 3, 9)
            assert clock.now() == clock.kst(2023, 4, 3, 9)
            raise RuntimeError
    except RuntimeError:
        pass

    assert before <= clock.now() < before + timedelta(minutes=1)


def test_another_threads_time_stays_its_own():
    seen = []
    with clock.at(clock.kst(2023, 4, 3, 9)):
        thread = Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()

    assert seen[0].year >= 2026


def test_today_is_the_date_in_korea():
    with clock.at(datetime(2026, 12, 1, 14, 59, 59, tzinfo=UTC)):
        assert clock.today() == date(2026, 12, 1)
    with clock.at(datetime(2026, 12, 1, 15, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 12, 2)
