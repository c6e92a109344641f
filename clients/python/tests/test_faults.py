"""Nothing but a plain answer of the right app says that no code is needed."""

import asyncio
import time
import unittest
from unittest import mock

from stepgate import AsyncClient, Client, Refused, StepgateError, Unavailable

from . import real
from .faulty import APP, PATIENCE, faulty_server

FAULTS = {
    "other_app": Unavailable,
    "other_user": Unavailable,
    "nearly": Unavailable,
    "null": Unavailable,
    "empty": Unavailable,
    "listed": Unavailable,
    "no_content": Unavailable,
    "accepted": Unavailable,
    "status_500": Unavailable,
    "status_429": Refused,
    "page_429": Unavailable,
    "page_404": Unavailable,
    "portal": Unavailable,
    "portal_as_json": Unavailable,
    "json_as_page": Unavailable,
    "redirect": Unavailable,
    "half": Unavailable,
    "silent": Unavailable,
    "trickle": Unavailable,
    "trickled_head": Unavailable,
    "hang_up": Unavailable,
}


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.server = cls.enterClassContext(faulty_server())
        cls.enterClassContext(mock.patch("stepgate.conversations.PAUSE", 0.01))

    def test_the_plain_answer_lets_in(self) -> None:
        with Client(f"{self.server.url}/plain", "sg_key", APP) as client:
            self.assertIs(client.needs_code("ada"), False)

    def test_no_fault_lets_anybody_in(self) -> None:
        for fault, error in FAULTS.items():
            url = f"{self.server.url}/{fault}"
            with self.subTest(fault), Client(url, "sg_key", APP, PATIENCE) as client:
                self.assertRaises(error, client.needs_code, "ada")

    def test_no_fault_lets_anybody_in_with_asyncio(self) -> None:
        async def ask(fault: str) -> object:
            async with AsyncClient(f"{self.server.url}/{fault}", "sg_key", APP, PATIENCE) as client:
                return await client.needs_code("ada")

        async def ask_all() -> list[object]:
            return await asyncio.gather(*map(ask, FAULTS), return_exceptions=True)

        for (fault, error), answer in zip(FAULTS.items(), asyncio.run(ask_all()), strict=True):
            with self.subTest(fault):
                self.assertIsInstance(answer, error)

    def test_the_wrong_address_key_or_app_lets_nobody_in(self) -> None:
        wrong = [
            {"base_url": f"{real.URL}/v1"},
            {"base_url": real.NOBODY_LISTENS},
            {"base_url": "https://nowhere.invalid"},
            {"key": "sg_wrong"},
            {"key": real.OTHER_KEY},
            {"app_id": "app_other"},
        ]
        for changed in wrong:
            with self.subTest(changed), real.client(**changed) as client:
                self.assertRaises(StepgateError, client.needs_code, "nobody")
                self.assertRaises(StepgateError, client.verify, "nobody", "000000")

    def test_an_attempt_ends_in_time_however_slowly_the_answer_comes(self) -> None:
        for fault in ("silent", "trickle", "trickled_head"):
            url = f"{self.server.url}/{fault}"
            with self.subTest(fault), Client(url, "sg_key", APP, PATIENCE) as client:
                begun = time.monotonic()
                self.assertRaises(Unavailable, client.verify, "ada", "000000")
                self.assertLess(time.monotonic() - begun, 2 * PATIENCE)

    def test_a_verification_is_sent_once_and_a_question_twice(self) -> None:
        with Client(f"{self.server.url}/status_500", "sg_key", APP) as client:
            client.check()
            self.assertEqual(self.count(client.verify, "ada", "000000"), 1)
            self.assertEqual(self.count(client.confirm, "ada", "auth_1", "000000"), 1)
            self.assertEqual(self.count(client.remove, "ada", "auth_1"), 1)
            self.assertEqual(self.count(client.status, "ada"), 2)
            self.assertEqual(self.count(client.enrol, "ada"), 2)

    def test_a_repeated_creation_has_one_idempotency_key(self) -> None:
        with Client(f"{self.server.url}/status_500", "sg_key", APP) as client:
            client.check()
            self.count(client.challenge, "ada")
            first, second = (headers["Idempotency-Key"] for *_, headers in self.server.seen)
            self.assertEqual(first, second)

    def test_what_cannot_be_sent_is_said_at_once(self) -> None:
        for settings in (
            ("ftp://host", "sg_key", APP),
            ("host:8000", "sg_key", APP),
            ("http://host", "sg_key", APP),
            ("http://localhost.example.com", "sg_key", APP),
            ("https://somebody:secret@host", "sg_key", APP),
            ("https://host", "sg_key\n", APP),
            ("https://host", "", APP),
            ("https://host", "sg_key", ""),
        ):
            with self.subTest(settings):
                self.assertRaises(ValueError, Client, *settings)

    def count(self, call: object, *arguments: str) -> int:
        self.server.seen.clear()
        self.assertRaises(Unavailable, call, *arguments)  # type: ignore[call-overload]
        return len(self.server.seen)


if __name__ == "__main__":
    unittest.main()
