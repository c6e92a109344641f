"""A client with a signing key: the service takes what it sends, and the key is in none of it."""

import itertools
import json
import time
import unittest
from typing import Any
from unittest import mock
from uuid import uuid4

import httpx

from stepgate import AsyncClient, Client, InvalidCode, Refused, Unavailable, Visitor

from . import real
from .faulty import APP, faulty_server
from .test_client import STRANGE_IDS

SECRET = "x" * 43
KEY = f"sgh_abcdefghij234567_{SECRET}"
VISITOR = Visitor("192.0.2.1", "Browser \u2603  (two blanks)")


class SignedCalls(unittest.TestCase):
    """Against the real service."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.client = cls.enterClassContext(real.client(key=real.SIGNING_KEY))

    def test_a_client_that_signs_enrols_confirms_and_verifies(self) -> None:
        ada = real.Enrolled(self.client)
        self.assertIs(self.client.needs_code(ada.id, visitor=VISITOR), True)
        self.assertRaises(InvalidCode, self.client.verify, ada.id, ada.spent)
        verified = self.client.verify(ada.id, ada.codes[0], visitor=VISITOR)
        self.assertEqual(verified.method, "backup_code")
        self.client.challenge(ada.id, visitor=VISITOR)

    def test_a_signature_holds_for_user_ids_of_every_kind(self) -> None:
        for user_id in [*STRANGE_IDS, "'!()*|^~"]:
            with self.subTest(user_id):
                self.client.status(user_id)

    def test_what_was_changed_on_the_way_is_refused(self) -> None:
        for changed in (b'{"code": "111111"}', b""):
            with self.subTest(changed), on_the_way(changed), self.assertRaises(Refused) as refused:
                self.client.verify("ada", "000000")
            self.assertEqual(refused.exception.code, "invalid_signature")

    def test_a_signature_of_two_minutes_ago_or_ahead_is_refused(self) -> None:
        for seconds in (-120, 120):
            clock = mock.patch("stepgate.client.time.time", return_value=time.time() + seconds)
            with self.subTest(seconds), clock, self.assertRaises(Refused) as refused:
                self.client.check()
            self.assertEqual(refused.exception.code, "invalid_signature")


class SignedCallsWithAsyncio(unittest.IsolatedAsyncioTestCase):
    async def test_they_are_signed_as_well(self) -> None:
        async with AsyncClient(real.URL, real.SIGNING_KEY, real.APP) as client:
            pending = await client.enrol(f"user-{uuid4()}", visitor=VISITOR)
            self.assertTrue(pending.secret)


class SentRequests(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = cls.enterClassContext(faulty_server())
        cls.enterClassContext(mock.patch("stepgate.conversations.PAUSE", 0.01))

    def setUp(self) -> None:
        self.server.seen.clear()

    def client(self, fault: str) -> Client:
        return self.enterContext(Client(f"{self.server.url}/{fault}", KEY, APP))

    def test_a_signing_key_is_in_nothing_that_is_sent(self) -> None:
        client = self.client("status_500")
        self.assertRaises(Unavailable, client.verify, "ada", "000000")
        self.assertRaises(Unavailable, client.enrol, "ada")
        self.assertEqual(len(self.server.seen), 4)
        for request in self.server.seen:
            self.assertNotIn("Authorization", request[2])
            self.assertNotIn(SECRET, json.dumps(request))

    def test_a_repetition_is_signed_anew(self) -> None:
        moments = itertools.count(1_800_000_000)
        with mock.patch("stepgate.client.time.time", lambda: next(moments)):
            self.assertRaises(Unavailable, self.client("status_500").enrol, "ada")
        _, first, second = (lowered(headers) for *_, headers in self.server.seen)
        self.assertLess(created(first), created(second))
        self.assertNotEqual(first["signature"], second["signature"])
        self.assertEqual(first["idempotency-key"], second["idempotency-key"])

    def test_a_signed_request_follows_no_redirect(self) -> None:
        self.assertRaises(Unavailable, self.client("redirect").needs_code, "ada")
        self.assertFalse([path for _, path, _ in self.server.seen if path.startswith("/plain/")])

    def test_half_a_signing_key_is_refused_at_once(self) -> None:
        for key in ("sgh_", KEY[:-1], f'"{KEY}"', f"{KEY}x", KEY.upper()):
            with self.subTest(key), self.assertRaisesRegex(ValueError, r"^The signing key is not"):
                Client(self.server.url, key, APP)


def on_the_way(body: bytes) -> Any:
    """Whatever has a body gets another, after it was signed."""
    send = httpx.Client.send

    def changed(http: httpx.Client, request: httpx.Request) -> httpx.Response:
        if request.read():
            headers = {**request.headers, "content-length": str(len(body))}
            request = http.build_request(request.method, request.url, headers=headers, content=body)
        return send(http, request)

    return mock.patch.object(httpx.Client, "send", changed)


def created(headers: dict[str, str]) -> int:
    return int(headers["signature-input"].split(";created=")[1].split(";")[0])


def lowered(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


if __name__ == "__main__":
    unittest.main()
