"""Every call, against the real service."""

import json
import unittest
import urllib.request
from datetime import UTC, datetime
from uuid import uuid4

from stepgate import (
    Assertion,
    Confirmation,
    Enrolment,
    InvalidCode,
    Locked,
    Proof,
    Refused,
    StepgateError,
    Visitor,
)

from . import real

STRANGE_IDS = [
    "a/b",
    "100%",
    "é",
    "e\u0301",
    "日本",
    "a b?c#d",
    "~",
    "..a",
    "%2e%2e",
    "a+b",
    "a\\b",
]


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.client = cls.enterClassContext(real.client())

    def test_the_check_tells_the_app_and_the_scopes_of_the_key(self) -> None:
        with real.client(app_id=None) as client:
            app = client.check()
            self.assertEqual((app.id, client.app_id), (real.APP, real.APP))
            self.assertIn("verify", app.scopes)

    def test_the_check_refuses_the_key_of_another_app(self) -> None:
        with real.client(key=real.OTHER_KEY) as client:
            self.assertRaisesRegex(StepgateError, real.APP, client.check)

    def test_the_key_of_another_app_spends_no_code_of_a_user_of_the_same_name(self) -> None:
        with real.client(key=real.OTHER_KEY, app_id=None) as elsewhere:
            namesake = real.Enrolled(elsewhere)
            with real.client(key=real.OTHER_KEY) as client, self.assertRaises(StepgateError):
                client.verify(namesake.id, namesake.codes[0])
            elsewhere.verify(namesake.id, namesake.codes[0])

    def test_a_secret_of_elsewhere_is_pending_until_its_code_came(self) -> None:
        secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
        user_id = f"imported-{uuid4()}"
        pending = self.client.import_authenticator(user_id, secret)
        assert isinstance(pending, Enrolment)
        self.assertEqual(pending.secret, secret)
        self.assertIs(self.client.needs_code(user_id), False)
        self.client.confirm(user_id, pending.id, real.totp(secret))
        self.assertIs(self.client.needs_code(user_id), True)

    def test_a_secret_of_elsewhere_is_active_at_once_with_its_code(self) -> None:
        secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
        user_id = f"imported-{uuid4()}"
        with self.assertRaises(InvalidCode):
            self.client.import_authenticator(user_id, secret, code=real.wrong_code(secret))
        self.assertIs(self.client.needs_code(user_id), False)
        code = real.totp(secret)
        made = self.client.import_authenticator(user_id, secret, code=code, backup_codes=True)
        assert isinstance(made, Confirmation)
        self.assertEqual(len(made.backup_codes), 10)
        self.assertRaises(InvalidCode, self.client.verify, user_id, code)

    def test_two_codes_in_a_row_find_a_device_whose_clock_has_drifted(self) -> None:
        ada = real.Enrolled(self.client)
        far = real.totp(ada.secret, 5), real.totp(ada.secret, 6)
        self.assertRaises(InvalidCode, self.client.resync, ada.id, (far[0], far[0]))
        self.assertEqual(self.client.resync(ada.id, far), ada.authenticator_id)
        self.assertRaises(InvalidCode, self.client.verify, ada.id, far[1])

    def test_a_code_is_needed_once_an_authenticator_is_confirmed(self) -> None:
        self.assertIs(self.client.needs_code("nobody"), False)
        ada = real.Enrolled(self.client)
        self.assertIs(self.client.needs_code(ada.id), True)
        user = self.client.status(ada.id)
        self.assertEqual(user.backup_codes_remaining, 10)
        self.assertTrue(user.authenticators[0].active)

    def test_a_code_is_right_once(self) -> None:
        ada = real.Enrolled(self.client)
        code = ada.totp()
        visitor = Visitor("192.0.2.1", "Browser \u2603")
        self.assertEqual(self.client.verify(ada.id, code, visitor=visitor).method, "totp")
        self.assertRaises(InvalidCode, self.client.verify, ada.id, code)
        self.assertRaises(InvalidCode, self.client.verify, ada.id, ada.spent)

    def test_wrong_codes_count_down_and_lock(self) -> None:
        ada = real.Enrolled(self.client)
        errors = [self.refusal(ada) for _ in range(5)]
        self.assertEqual([error.attempts_remaining for error in errors], [4, 3, 2, 1, 0])
        self.assertGreater(errors[-1].locked_until, datetime.now(UTC))
        self.assertGreater(errors[-1].retry_after, 0)
        with self.assertRaises(Locked) as locked:
            self.client.verify(ada.id, ada.codes.pop())
        self.assertEqual((locked.exception.code, locked.exception.status), ("locked", 429))
        self.client.unlock(ada.id)
        self.client.verify(ada.id, ada.codes.pop())

    def test_what_can_be_no_code_is_a_wrong_one_and_not_counted(self) -> None:
        ada = real.Enrolled(self.client)
        for typed in ("", "x", "12345", "1" * 300, "\ud800", "\0"):
            with self.subTest(typed):
                self.assertRaises(InvalidCode, self.client.verify, ada.id, typed)
                with self.assertRaises(InvalidCode):
                    self.client.remove(ada.id, ada.authenticator_id, proof=Proof(code=typed))
        self.assertEqual(self.refusal(ada).attempts_remaining, 4)

    def test_what_the_service_refuses_has_a_code(self) -> None:
        with self.assertRaises(Refused) as refused:
            self.client.verify("nobody", "000000")
        self.assertIn(refused.exception.code, ("not_found", "not_enrolled"))
        self.assertEqual(refused.exception.status, 404)

    def test_new_backup_codes_end_the_old(self) -> None:
        ada = real.Enrolled(self.client)
        fresh = self.client.rotate_backup_codes(ada.id, proof=Proof(code=ada.codes[0]))
        self.assertEqual(len(fresh), 10)
        self.assertRaises(InvalidCode, self.client.verify, ada.id, ada.codes[1])
        self.assertEqual(self.client.verify(ada.id, fresh[0]).backup_codes_remaining, 9)

    def test_an_authenticator_is_removed_with_a_proof(self) -> None:
        ada = real.Enrolled(self.client)
        wrong = Proof(code=real.wrong_code(ada.secret))
        with self.assertRaises(InvalidCode):
            self.client.remove(ada.id, ada.authenticator_id, proof=wrong)
        right = Proof(code=ada.codes[0])
        self.client.remove(ada.id, ada.authenticator_id, proof=right)
        self.assertIs(self.client.needs_code(ada.id), False)

    def test_a_deleted_user_is_unknown(self) -> None:
        ada = real.Enrolled(self.client)
        self.client.delete_user(ada.id, proof=Proof(code=ada.codes[0]))
        self.assertIs(self.client.status(ada.id).known, False)

    def test_user_ids_of_every_kind_are_one_user_each(self) -> None:
        for user_id in STRANGE_IDS:
            with self.subTest(user_id):
                self.client.enrol(user_id)
                self.assertTrue(self.client.status(user_id).known)
                self.assertFalse(self.client.status(user_id + "x").known)

    def test_user_ids_that_no_path_can_hold_are_refused(self) -> None:
        for user_id in ("", ".", "..", "\ud800", "\ufffd", "\n"):
            with self.subTest(user_id), self.assertRaises(Refused):
                self.client.status(user_id)

    def test_links_lead_to_pages(self) -> None:
        ada = real.Enrolled(self.client)
        link = self.client.enrolment_link(ada.id, account_name="ada", return_url=real.RETURN_URL)
        self.assertTrue(link.url.startswith(real.URL))
        link = self.client.challenge_link(ada.id, return_url=real.RETURN_URL, purpose="pay")
        self.assertTrue(link.url.startswith(real.URL))
        with self.assertRaises(Refused) as refused:
            self.client.redeem("no-such-code", challenge_id=link.id, purpose="pay")
        self.assertEqual(refused.exception.code, "not_found")

    def test_the_answer_to_a_challenge_is_proved_to_its_asker_only(self) -> None:
        ada = real.Enrolled(self.client)
        challenge = self.client.challenge(ada.id, purpose="pay:1")
        assertion = answer(challenge.token, ada.codes[0])
        proved = self.client.verify_assertion(assertion, challenge_id=challenge.id, purpose="pay:1")
        self.assertEqual(proved.user_id, ada.id)
        self.assertEqual(proved.amr, ("otp", "backup_code"))
        for challenge_id, purpose in (
            ("chal_other", "pay:1"),
            (challenge.id, "pay:2"),
            (challenge.id, None),
        ):
            with self.subTest((challenge_id, purpose)), self.assertRaises(Refused):
                self.client.verify_assertion(assertion, challenge_id=challenge_id, purpose=purpose)

    def refusal(self, user: real.Enrolled) -> InvalidCode:
        with self.assertRaises(InvalidCode) as refused:
            self.client.verify(user.id, real.wrong_code(user.secret))
        return refused.exception


class CallsWithAsyncio(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        with real.client() as blocking:
            self.ada = real.Enrolled(blocking)

    async def test_they_are_the_same_calls(self) -> None:
        ada = self.ada
        async with real.async_client() as client:
            self.assertEqual((await client.check()).id, real.APP)
            self.assertIs(await client.needs_code(ada.id), True)
            self.assertEqual((await client.verify(ada.id, ada.codes[0])).method, "backup_code")
            with self.assertRaises(InvalidCode):
                await client.verify(ada.id, ada.codes[0])
            challenge = await client.challenge(ada.id)
            proved = await client.verify_assertion(
                answer(challenge.token, ada.codes[1]), challenge_id=challenge.id
            )
            self.assertIsInstance(proved, Assertion)


def answer(token: str, code: str) -> str:
    """What the browser does."""
    body = json.dumps({"token": token, "code": code}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{real.URL}/v1/challenges/verify", body, headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)["assertion"]


if __name__ == "__main__":
    unittest.main()
