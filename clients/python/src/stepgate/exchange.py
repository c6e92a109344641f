"""What is sent, and what came back: a plain answer, or an error. Nothing here does any I/O."""

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from .errors import InvalidCode, Locked, Refused, Unavailable
from .fields import Fields, maybe, maybe_instant, one

JSON = "application/json"
PROBLEM = "application/problem+json"
NO_CODE = ("code:", "codes:", "proof: code:")
"""What `detail` begins with where the field of the code is at fault."""

T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    wait: float = 0.0
    """Seconds to wait before it is sent."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Their names in small letters."""
    body: bytes = field(repr=False)

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


Conversation: TypeAlias = Generator[Request, Answer | Unavailable, T]
"""Yields what is to be sent and is told what came of it, so that both clients can hold it."""


def read_answer(answer: Answer) -> Fields:
    """The fields of a success. Raises Refused for a problem, Unavailable for all else."""
    if answer.status == 204:
        return {}
    if answer.status in (200, 201) and answer.media_type == JSON:
        return _parse(answer)
    if 400 <= answer.status < 500 and answer.media_type == PROBLEM:
        raise _refused(answer, _parse(answer))
    raise Unavailable(
        f"{answer.status} {answer.media_type or 'without a type'} is no plain answer."
    )


def wrong_code(answer: Answer, fields: Fields) -> InvalidCode:
    """`valid: false` of a verification, as the same error that a wrong code is elsewhere."""
    return InvalidCode(
        "invalid_code",
        status=answer.status,
        title="The code is wrong, expired or already used.",
        retry_after=_retry_after(answer),
        locked_until=maybe_instant(fields, "lockedUntil"),
        problem=fields,
    )


def _refused(answer: Answer, problem: Fields) -> Refused:
    code = one(problem, "code", str)
    detail = maybe(problem, "detail", str)
    return _kind_of(code, detail or "")(
        code,
        status=answer.status,
        title=one(problem, "title", str),
        detail=detail,
        retry_after=_retry_after(answer),
        locked_until=maybe_instant(problem, "lockedUntil"),
        problem=problem,
    )


def _kind_of(code: str, detail: str) -> type[Refused]:
    """What was typed and can be no code is wrong, too, for whoever asked for one."""
    if code == "invalid_request" and detail.startswith(NO_CODE):
        return InvalidCode
    return {"invalid_code": InvalidCode, "locked": Locked}.get(code, Refused)


def _parse(answer: Answer) -> Fields:
    try:
        fields = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise Unavailable("The answer is no JSON.") from error
    if not isinstance(fields, dict):
        raise Unavailable("The answer is no JSON object.")
    return fields


def _retry_after(answer: Answer) -> int | None:
    seconds = answer.headers.get("retry-after", "")
    return int(seconds) if seconds.isascii() and seconds.isdecimal() else None
