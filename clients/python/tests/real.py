"""The real service that the tests ask, and a phone."""

import base64
import hashlib
import hmac
import os
import struct
import time
from uuid import uuid4

from stepgate import AsyncClient, Client

URL = os.environ["STEPGATE_URL"]
KEY = os.environ["STEPGATE_KEY"]
SIGNING_KEY = os.environ["STEPGATE_SIGNING_KEY"]
APP = os.environ["STEPGATE_APP"]
OTHER_KEY = os.environ["STEPGATE_OTHER_KEY"]
"""Of another app of the same service."""
RETURN_URL = os.environ["STEPGATE_RETURN_URL"]
"""Registered for APP."""
NOBODY_LISTENS = "http://127.0.0.1:9"


def totp(secret: str, steps: int = 0) -> str:
    """RFC 6238: the code of now, or of so many steps later."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def wrong_code(secret: str) -> str:
    """A code of no step around now."""
    near = {totp(secret, steps) for steps in range(-3, 4)}
    return next(code for code in (f"{number:06d}" for number in range(10)) if code not in near)


class Enrolled:
    """A new user with a second factor. Each of `codes` is right once."""

    def __init__(self, client: Client, user_id: str | None = None) -> None:
        self.id = user_id or f"user-{uuid4()}"
        pending = client.enrol(self.id, account_name="ada@example.com")
        self.secret = pending.secret
        self.authenticator_id = pending.id
        self.spent = totp(pending.secret)
        confirmed = client.confirm(self.id, pending.id, self.spent)
        self.codes = list(confirmed.backup_codes)

    def totp(self) -> str:
        """The code after the one that confirmed."""
        return totp(self.secret, 1)


def client(**changed: object) -> Client:
    settings = {"base_url": URL, "key": KEY, "app_id": APP, **changed}
    return Client(**settings)  # type: ignore[arg-type]


def async_client() -> AsyncClient:
    return AsyncClient(URL, KEY, APP)
