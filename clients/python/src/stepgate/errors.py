"""What a call raises. Whoever catches `StepgateError` and lets nobody in is safe."""

from collections.abc import Mapping
from datetime import datetime


class StepgateError(Exception):
    """Every error of this package. None of them is a log-in."""


class Unavailable(StepgateError):
    """No plain answer came: none, too late, cut off, a redirect, a page, or status 5xx."""


class Refused(StepgateError):
    """The service refused, and said why in a problem (RFC 9457)."""

    def __init__(
        self,
        code: str,
        *,
        status: int,
        title: str,
        detail: str | None = None,
        retry_after: int | None = None,
        locked_until: datetime | None = None,
        problem: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail or title}")
        self.code = code
        """Stable: the one to branch on."""
        self.status = status
        """Of the HTTP answer. A wrong code at `verify` is answered with 200."""
        self.title = title
        self.detail = detail
        self.retry_after = retry_after
        """Seconds."""
        self.locked_until = locked_until
        """Until then no code of the user's is taken."""
        self.problem = problem or {}
        """The whole answer, with members such as `capped`, `offsetSeconds` and `requestId`."""


class InvalidCode(Refused):
    """The code is wrong, expired or spent. With `locked_until` this one has locked the user.

    Its `code` is `invalid_request` for what can be no code at all, which is not counted.
    """

    @property
    def attempts_remaining(self) -> int | None:
        """How many wrong codes are left before the lock; None where the service does not say."""
        value = self.problem.get("attemptsRemaining")
        return value if isinstance(value, int) else None


class Locked(Refused):
    """Too many wrong codes. Until `locked_until` a right one is refused too, and not spent."""


class LogInEnded(StepgateError):
    """No log-in is waiting for a code: it has expired, is finished, or was never begun."""
