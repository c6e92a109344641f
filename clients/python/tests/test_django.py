"""A Django project whose views know nothing of the second factor, but for the page of the code."""

import unittest
from unittest import mock
from uuid import uuid4

from . import django_site, real  # noqa: F401  isort: skip

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client as Browser
from django.test import override_settings

from stepgate import StepgateError
from stepgate.django import client


class LogIn(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        call_command("migrate", verbosity=0)

    def setUp(self) -> None:
        client.cache_clear()
        self.user = self.make_user()
        self.ada = real.Enrolled(client(), str(self.user.pk))
        self.browser = Browser()

    def test_without_a_factor_the_password_is_enough(self) -> None:
        bob = self.make_user()
        self.assertEqual(self.log_in(bob)["Location"], "/me")
        self.assertEqual(self.read_me(), bob.username)

    def test_with_a_factor_nothing_is_reachable_before_the_code(self) -> None:
        self.assertEqual(self.log_in()["Location"], "/code")
        self.assertIn("/log-in", self.browser.get("/me")["Location"])
        self.assertEqual(self.send(real.wrong_code(self.ada.secret)).status_code, 422)
        self.assertIn("/log-in", self.browser.get("/me")["Location"])
        self.assertEqual(self.send(self.ada.totp())["Location"], "/me")
        self.assertEqual(self.read_me(), self.user.username)

    def test_the_session_has_a_new_key_after_the_code_and_no_user_before(self) -> None:
        self.log_in()
        before = self.browser.cookies["sessionid"].value
        self.assertNotIn("_auth_user_id", self.browser.session)
        self.send(self.ada.totp())
        self.assertNotEqual(self.browser.cookies["sessionid"].value, before)
        self.assertFalse(self.browser.session.exists(before))

    def test_the_session_is_emptied_when_somebody_logs_in(self) -> None:
        self.log_in()
        planted = self.browser.session
        planted["planted"] = True
        planted.save()
        self.send(self.ada.totp())
        self.assertEqual(self.read_me(), self.user.username)
        self.assertNotIn("planted", self.browser.session)

    def test_a_wrong_password_asks_the_service_nothing(self) -> None:
        with mock.patch("stepgate.Client.needs_code", side_effect=AssertionError):
            answer = self.browser.post("/log-in", {"user": self.user.username, "password": "no"})
        self.assertEqual(answer.status_code, 403)

    def test_a_session_from_before_the_middleware_is_asked_for_a_code(self) -> None:
        self.browser.force_login(self.user)
        self.assertEqual(self.browser.get("/me")["Location"], "/code")
        self.assertNotIn("_auth_user_id", self.browser.session)

    def test_a_view_may_begin_by_itself(self) -> None:
        self.assertEqual(self.log_in(path="/begin")["Location"], "/code")
        self.assertEqual(self.send(self.ada.codes[0])["Location"], "/me")
        self.assertEqual(self.read_me(), self.user.username)
        bob = self.make_user()
        self.assertEqual(self.log_in(bob, path="/begin")["Location"], "/me")
        self.assertEqual(self.read_me(), bob.username)

    def test_a_new_log_in_ends_the_one_before(self) -> None:
        self.log_in()
        self.send(self.ada.totp())
        self.assertEqual(self.log_in()["Location"], "/code")
        self.assertIn("/log-in", self.browser.get("/me")["Location"])

    def test_neither_a_code_nor_a_pending_log_in_is_good_twice(self) -> None:
        self.log_in()
        copy = self.copy_of_browser()
        code = self.ada.codes[0]
        self.send(code)
        self.assertEqual(self.send(self.ada.codes[1], copy).status_code, 401)
        self.assertEqual(self.send(self.ada.codes[1]).status_code, 401)
        self.log_in()
        self.assertEqual(self.send(code).status_code, 422)
        self.assertEqual(self.send(self.ada.codes[1])["Location"], "/me")

    def test_the_code_has_to_come_in_time(self) -> None:
        self.log_in()
        moment = real.time.time() + 301
        with mock.patch("stepgate.log_in.now", lambda: moment):
            self.assertEqual(self.send(self.ada.codes[0]).status_code, 401)

    def test_who_was_disabled_or_changed_the_password_begins_again(self) -> None:
        for change in ("deactivate", "set_password"):
            with self.subTest(change):
                self.log_in()
                self.user.is_active = change != "deactivate"
                if change == "set_password":
                    self.user.set_password("another")
                self.user.save()
                self.assertEqual(self.send(self.ada.codes.pop()).status_code, 401)
                self.user.is_active = True
                self.user.save()

    def test_while_the_service_is_down_nobody_comes_in(self) -> None:
        bob = self.make_user()
        with override_settings(STEPGATE_URL=real.NOBODY_LISTENS):
            client.cache_clear()
            for user in (self.user, bob):
                self.browser = Browser()
                self.assertEqual(self.log_in(user).status_code, 503)
                self.assertIn("/log-in", self.browser.get("/me")["Location"])

    def test_if_it_goes_down_between_password_and_code_nobody_comes_in(self) -> None:
        self.log_in()
        with override_settings(STEPGATE_URL=real.NOBODY_LISTENS):
            client.cache_clear()
            self.assertEqual(self.send(self.ada.codes[0]).status_code, 503)
            self.assertIn("/log-in", self.browser.get("/me")["Location"])

    def test_the_key_of_another_app_keeps_the_site_from_starting(self) -> None:
        with override_settings(STEPGATE_KEY=real.OTHER_KEY):
            client.cache_clear()
            self.assertRaises(StepgateError, Browser().get, "/me")

    def test_a_locked_user_is_told_how_long(self) -> None:
        self.log_in()
        for _ in range(5):
            self.send(real.wrong_code(self.ada.secret))
        locked = self.send(self.ada.codes[0])
        self.assertEqual(locked.status_code, 429)
        self.assertGreater(int(locked["Retry-After"]), 0)

    def make_user(self):
        """With a key that no earlier run has used at the same service."""
        name = f"user-{uuid4()}"
        key = uuid4().int >> 66
        return get_user_model().objects.create_user(name, password="right", pk=key)

    def log_in(self, user=None, path: str = "/log-in"):
        name = (user or self.user).username
        return self.browser.post(path, {"user": name, "password": "right"})

    def send(self, code: str, browser: Browser | None = None):
        return (browser or self.browser).post("/code", {"code": code})

    def read_me(self) -> str:
        return self.browser.get("/me").content.decode()

    def copy_of_browser(self) -> Browser:
        """Another browser with the same cookie."""
        copy = Browser()
        copy.cookies["sessionid"] = self.browser.cookies["sessionid"].value
        return copy


if __name__ == "__main__":
    unittest.main()
