"""How a call is held: the key is checked first, and what is not safe to repeat is sent once."""

import json
from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

from .assertion import KeySet
from .errors import StepgateError, Unavailable
from .exchange import Answer, Conversation, Request, read_answer
from .fields import Fields
from .parameters import Visitor, checked_base_url, checked_key
from .results import App
from .signature import is_signing_key, sign

PAUSE = 0.25
"""Seconds before the one repetition of a call that is safe to repeat."""


class Conversations:
    """With one app of the service. Private to the package: `Operations` is made of it."""

    def __init__(self, base_url: str, key: str, app_id: str | None, issuer: str | None) -> None:
        if app_id == "":
            raise ValueError("The app's id is empty.")
        self.base_url = checked_base_url(base_url)
        self.app_id = app_id
        self._key = checked_key(key)
        self._issuer = issuer or self.base_url
        self._checked = False
        self._keys = KeySet()

    def check(self) -> Conversation[App]:
        """The app of the key. Raises StepgateError if it is not the one that was meant."""
        app = App.read((yield from self._fetch("/v1/app", None)))
        if self.app_id not in (None, app.id):
            raise StepgateError(f"The key is of the app {app.id}, and not of {self.app_id}.")
        self.app_id = app.id
        self._checked = True
        return app

    def credentials(self, request: Request, url: str, now: float) -> dict[str, str]:
        """The headers of one attempt that show the key: as a bearer, or by a signature of `now`."""
        if is_signing_key(self._key):
            return sign(self._key, request, url, now)
        return {"Authorization": f"Bearer {self._key}"}

    def _ready(self) -> Conversation[None]:
        if not self._checked:
            yield from self.check()

    def _fetch(self, path: str, visitor: Visitor | None) -> Conversation[Fields]:
        return read_answer((yield from _twice(self._request("GET", path, None, visitor))))

    def _create(
        self, path: str, body: Mapping[str, object], visitor: Visitor | None
    ) -> Conversation[Fields]:
        """The Idempotency-Key makes it safe to repeat."""
        yield from self._ready()
        request = self._request("POST", path, body, visitor)
        headers = {**request.headers, "Idempotency-Key": str(uuid4())}
        return read_answer((yield from _twice(replace(request, headers=headers))))

    def _once(
        self, method: str, path: str, body: Mapping[str, object], visitor: Visitor | None
    ) -> Conversation[Answer]:
        """It may have been carried out when no answer came, so that it is not sent again."""
        yield from self._ready()
        return _received((yield self._request(method, path, body, visitor)))

    def _request(
        self, method: str, path: str, body: Mapping[str, object] | None, visitor: Visitor | None
    ) -> Request:
        headers = {"Accept": "application/json"}
        headers |= visitor.headers() if visitor else {}
        if body is None:
            return Request(method, path, headers, None)
        filled = {name: value for name, value in body.items() if value is not None}
        headers["Content-Type"] = "application/json"
        return Request(method, path, headers, json.dumps(filled).encode())


def _twice(request: Request) -> Conversation[Answer]:
    first = yield request
    if isinstance(first, Answer) and first.status < 500:
        return first
    return _received((yield replace(request, wait=PAUSE)))


def _received(outcome: Answer | Unavailable) -> Answer:
    if isinstance(outcome, Unavailable):
        raise outcome
    return outcome
