"""A pending log-in is finished once, also by two requests at the same time."""

import unittest
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from stepgate import LogInEnded, log_in


class Pending(unittest.TestCase):
    def test_of_many_at_once_one_finishes(self) -> None:
        session = held()
        copies = [log_in.pending_of(session) for _ in range(20)]
        with ThreadPoolExecutor() as threads:
            ended = list(threads.map(ended_by, copies))
        self.assertEqual(ended.count(False), 1)

    def test_what_is_finished_is_forgotten_when_it_could_not_come_again(self) -> None:
        finished = log_in.Finished()
        first, second = log_in.pending_of(held()), log_in.pending_of(held())
        finished.add(first)
        with mock.patch("stepgate.log_in.now", lambda: first.until + 1):
            finished.add(second)
        self.assertNotIn(first, finished)
        self.assertIn(second, finished)

    def test_a_session_that_is_damaged_holds_none(self) -> None:
        for damaged in (None, {}, [], "x", {"id": "1", "user_id": "ada"}, {**pending(), "more": 1}):
            with self.subTest(damaged):
                self.assertRaises(LogInEnded, log_in.pending_of, {log_in.PENDING: damaged})
        late = {**pending(), "until": "tomorrow"}
        self.assertIsNone(log_in.find_pending({log_in.PENDING: late}))


def held() -> dict[str, object]:
    session: dict[str, object] = {}
    log_in.hold(session, "ada")
    return session


def pending() -> dict[str, object]:
    return dict(held()[log_in.PENDING])  # type: ignore[call-overload,no-any-return]


def ended_by(copy: log_in.Pending) -> bool:
    try:
        log_in.finish_once(copy)
    except LogInEnded:
        return True
    return False


if __name__ == "__main__":
    unittest.main()
