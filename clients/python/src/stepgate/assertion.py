"""The signed assertion that a challenge was answered: a JWT of the service, checked offline."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self, TypeAlias

import jwt
from jwt.algorithms import ECAlgorithm

from .errors import Refused, Unavailable
from .fields import Fields, rows
from .results import Assertion

PublicKey: TypeAlias = Any
"""Of `cryptography`."""

_READ_KEY: Callable[[str], PublicKey] = ECAlgorithm.from_jwk

ALGORITHM = "ES256"
TYPE = "assertion+jwt"
REQUIRED = ["iss", "aud", "sub", "jti", "iat", "exp"]
CLOCK_LEEWAY = 10
"""Seconds by which this machine's clock may be off."""
KEYS_LIFE = 3600
"""Seconds. A key that was withdrawn is trusted no longer than that."""


@dataclass(frozen=True)
class KeySet:
    """The public keys of the service, as of a moment of the monotonic clock."""

    keys: Mapping[str, PublicKey] = field(default_factory=dict)
    fetched_at: float = -KEYS_LIFE

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """Keys of another kind are passed over: ES256 is the only one."""
        curve = [row for row in rows(fields, "keys") if row.get("crv") == "P-256"]
        try:
            keys = {str(row.get("kid")): _READ_KEY(json.dumps(row)) for row in curve}
        except (jwt.PyJWTError, ValueError) as error:
            raise Unavailable("The service's keys cannot be read.") from error
        return cls(keys, time.monotonic())

    def find(self, key_id: str) -> PublicKey | None:
        fresh = time.monotonic() - self.fetched_at < KEYS_LIFE
        return self.keys.get(key_id) if fresh else None


@dataclass(frozen=True)
class Expected:
    """What an assertion has to say."""

    issuer: str
    app_id: str
    challenge_id: str
    purpose: str | None


def key_id_of(assertion: str) -> str:
    """Raises Refused for what is no assertion by its header."""
    try:
        header = jwt.get_unverified_header(assertion)
    except jwt.PyJWTError as error:
        raise _bad("It is no JWT.") from error
    if header.get("typ") != TYPE or header.get("alg") != ALGORITHM or not header.get("kid"):
        raise _bad("It is a JWT of another kind.")
    return str(header["kid"])


def check_assertion(assertion: str, key: PublicKey | None, expected: Expected) -> Assertion:
    """Raises Refused unless signature, `iss`, `aud`, `exp`, `jti` and `purpose` are all right."""
    if key is None:
        raise _bad("Its key is none of the service's.")
    claims = _claims(assertion, key, expected)
    if claims["aud"] != expected.app_id or claims["jti"] != expected.challenge_id:
        raise _bad("It answers another challenge.")
    if claims.get("purpose") != expected.purpose:
        raise _bad("It is for another purpose.")
    return Assertion(
        challenge_id=claims["jti"],
        user_id=str(claims["sub"]),
        purpose=claims.get("purpose"),
        amr=tuple(claims.get("amr", ())),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )


def _claims(assertion: str, key: PublicKey, expected: Expected) -> dict[str, Any]:
    try:
        return jwt.decode(
            assertion,
            key,
            algorithms=[ALGORITHM],
            audience=expected.app_id,
            issuer=expected.issuer,
            leeway=CLOCK_LEEWAY,
            options={"require": REQUIRED},
        )
    except jwt.PyJWTError as error:
        raise _bad(str(error)) from error


def _bad(detail: str) -> Refused:
    return Refused(
        "invalid_assertion",
        status=401,
        title="The assertion does not prove what was asked for.",
        detail=detail,
    )
