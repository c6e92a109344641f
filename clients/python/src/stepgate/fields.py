"""Reading a JSON answer strictly: a field that is missing or of another type is no answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias, TypeVar

from .errors import Unavailable

Fields: TypeAlias = Mapping[str, object]
T = TypeVar("T", str, int)


def one(fields: Fields, name: str, kind: type[T]) -> T:
    """Raises Unavailable unless it is there. A bool is no int."""
    value = fields.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _half(name)
    return value


def flag(fields: Fields, name: str) -> bool:
    """Plainly true or false, and nothing that Python would take for it."""
    value = fields.get(name)
    if not isinstance(value, bool):
        raise _half(name)
    return value


def maybe(fields: Fields, name: str, kind: type[T]) -> T | None:
    return None if fields.get(name) is None else one(fields, name, kind)


def inner(fields: Fields, name: str) -> Fields:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise _half(name)
    return value


def texts(fields: Fields, name: str) -> tuple[str, ...]:
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _half(name)
    return tuple(value)


def maybe_texts(fields: Fields, name: str) -> tuple[str, ...]:
    """Empty where there is none."""
    return texts(fields, name) if name in fields else ()


def rows(fields: Fields, name: str) -> tuple[Fields, ...]:
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise _half(name)
    return tuple(value)


def instant(fields: Fields, name: str) -> datetime:
    """RFC 3339, with its offset."""
    try:
        moment = datetime.fromisoformat(one(fields, name, str))
    except ValueError as error:
        raise _half(name) from error
    if moment.tzinfo is None:
        raise _half(name)
    return moment


def maybe_instant(fields: Fields, name: str) -> datetime | None:
    return None if fields.get(name) is None else instant(fields, name)


def _half(name: str) -> Unavailable:
    return Unavailable(f"The answer has no readable {name!r}.")
