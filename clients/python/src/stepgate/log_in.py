"""A log-in between the password and the code, in a session of whatever framework.

The session holds either a pending log-in or a user, never both. What is in it may have been kept by
the browser (a signed cookie), so that a pending log-in carries its own end and is finished once.
"""

import time
from collections.abc import MutableMapping
from dataclasses import dataclass
from secrets import token_urlsafe
from threading import Lock
from typing import Any, TypeAlias

from .errors import InvalidCode, Locked, LogInEnded, StepgateError

Session: TypeAlias = MutableMapping[str, Any]

PENDING = "stepgate_pending"
PASSED = "stepgate_passed"
USER_ID = "user_id"
PENDING_LIFE = 300
"""Seconds from the password to the code."""


@dataclass(frozen=True)
class Pending:
    """Whose password was right, and until when (seconds since 1970) the code may come."""

    id: str
    user_id: str
    until: float

    def is_open(self, now: float) -> bool:
        """Not for longer either because the clock was set back."""
        return 0 < self.until - now <= PENDING_LIFE


class Finished:
    """The pending log-ins that this process has finished, as long as a copy could come again."""

    def __init__(self) -> None:
        self._ends: dict[str, float] = {}
        self._lock = Lock()

    def add(self, pending: Pending) -> bool:
        """False if it was there already."""
        with self._lock:
            self._ends = {key: end for key, end in self._ends.items() if end > now()}
            if pending.id in self._ends:
                return False
            self._ends[pending.id] = pending.until
            return True

    def __contains__(self, pending: Pending) -> bool:
        with self._lock:
            return pending.id in self._ends


finished = Finished()


def now() -> float:
    return time.time()


def hold(session: Session, user_id: str) -> None:
    """The password was right, and a code is needed. Nothing else stays in the session."""
    session.clear()
    session[PENDING] = {"id": token_urlsafe(16), "user_id": user_id, "until": now() + PENDING_LIFE}


def keep(session: Session, user_id: str) -> None:
    """All that was needed has been proved."""
    session.clear()
    session[USER_ID] = user_id
    session[PASSED] = user_id


def pending_of(session: Session) -> Pending:
    """Raises LogInEnded, and forgets what it was."""
    pending = find_pending(session)
    if pending is None:
        session.pop(PENDING, None)
        raise LogInEnded("No log-in is waiting for a code. Begin again with the password.")
    return pending


def find_pending(session: Session) -> Pending | None:
    try:
        pending = Pending(**session[PENDING])
        return pending if pending.is_open(now()) and pending not in finished else None
    except (KeyError, TypeError):
        return None


def finish_once(pending: Pending) -> None:
    """After the code was right. Raises LogInEnded for the second of two at the same time."""
    if not finished.add(pending):
        raise LogInEnded("This log-in is finished already.")


def user_of(session: Session) -> str | None:
    """Who is logged in by `keep`. A `user_id` that something else put there does not count."""
    user_id = session.get(USER_ID)
    return user_id if isinstance(user_id, str) and session.get(PASSED) == user_id else None


def status_of(error: StepgateError) -> int:
    """For an error that the app's own view has not caught."""
    for kind, status in ((InvalidCode, 422), (Locked, 429), (LogInEnded, 401)):
        if isinstance(error, kind):
            return status
    return 503


def headers_of(error: StepgateError) -> dict[str, str]:
    seconds = getattr(error, "retry_after", None)
    return {"Retry-After": str(seconds)} if seconds is not None else {}


SAID = {
    401: "The log-in has ended. Begin again with the password.",
    422: "The code is wrong, expired or already used.",
    429: "Too many wrong codes. Try again later.",
    503: "The second factor cannot be checked right now, and nobody is let in without it.",
}
