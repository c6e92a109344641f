"""A Flask app with a log-in of its own, in the ten lines that the README shows."""

import unittest
from unittest import mock

from flask import Flask, redirect, request, session
from flask.testing import FlaskClient

from stepgate import InvalidCode
from stepgate.flask import begin, finish, init_app, require_second_factor

from . import real


def make_app(url: str = real.URL, **config: object) -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="test", TESTING=True, STEPGATE_URL=url, STEPGATE_KEY=real.KEY)
    app.config.update(STEPGATE_APP=real.APP, STEPGATE_LOG_IN="/log-in", STEPGATE_CODE="/code")
    app.config.update(config)
    init_app(app)

    @app.post("/log-in")
    def log_in():
        return redirect("/code" if begin(session, request.form["user"]) else "/me")

    @app.post("/code")
    def code():
        try:
            return redirect("/me") if finish(session, request.form["code"]) else ""
        except InvalidCode:
            return "The code is wrong.", 422

    @app.get("/me")
    @require_second_factor
    def me():
        return session["user_id"]

    return app


class LogIn(unittest.TestCase):
    def setUp(self) -> None:
        with real.client() as client:
            self.ada = real.Enrolled(client)
        self.app = make_app()
        self.browser = self.app.test_client()

    def test_without_a_factor_the_password_is_enough(self) -> None:
        self.assertEqual(self.log_in("nobody").location, "/me")
        self.assertEqual(self.browser.get("/me").text, "nobody")

    def test_with_a_factor_nothing_is_reachable_before_the_code(self) -> None:
        self.assertEqual(self.log_in().location, "/code")
        self.assertEqual(self.browser.get("/me").location, "/code")
        self.assertEqual(self.send(real.wrong_code(self.ada.secret)).status_code, 422)
        self.assertEqual(self.browser.get("/me").location, "/code")
        self.assertEqual(self.send(self.ada.totp()).location, "/me")
        self.assertEqual(self.browser.get("/me").text, self.ada.id)

    def test_a_stranger_is_led_to_the_log_in(self) -> None:
        self.assertEqual(self.browser.get("/me").location, "/log-in")
        bare = make_app(STEPGATE_LOG_IN=None).test_client()
        self.assertEqual(bare.get("/me").status_code, 401)

    def test_a_session_that_something_else_filled_is_no_log_in(self) -> None:
        with self.browser.session_transaction() as planted:
            planted["user_id"] = self.ada.id
        self.assertEqual(self.browser.get("/me").location, "/log-in")

    def test_a_new_log_in_ends_the_one_before(self) -> None:
        self.log_in("nobody")
        self.log_in()
        self.assertEqual(self.browser.get("/me").location, "/code")

    def test_the_session_is_emptied_when_somebody_logs_in(self) -> None:
        self.log_in()
        with self.browser.session_transaction() as planted:
            planted["planted"] = True
        self.send(self.ada.totp())
        with self.browser.session_transaction() as kept:
            self.assertEqual(set(kept), {"user_id", "stepgate_passed"})

    def test_neither_a_code_nor_a_pending_log_in_is_good_twice(self) -> None:
        self.log_in()
        copy = self.copy_of_browser()
        code = self.ada.codes[0]
        self.send(code)
        self.assertEqual(self.send(code, copy).status_code, 401)
        self.assertEqual(self.send(self.ada.codes[1], copy).status_code, 401)
        self.assertEqual(self.send(self.ada.codes[1]).status_code, 401)
        self.log_in()
        self.assertEqual(self.send(code).status_code, 422)
        self.assertEqual(self.send(self.ada.codes[1]).location, "/me")

    def test_the_code_of_somebody_else_logs_nobody_in(self) -> None:
        with real.client() as client:
            eve = real.Enrolled(client)
        self.log_in()
        self.assertEqual(self.send(eve.codes[0]).status_code, 422)

    def test_the_code_has_to_come_in_time(self) -> None:
        self.log_in()
        for seconds in (301, -10):
            with mock.patch("stepgate.log_in.now", later(seconds)):
                self.assertEqual(self.browser.get("/me").location, "/log-in")
        with mock.patch("stepgate.log_in.now", later(301)):
            self.assertEqual(self.send(self.ada.codes[0]).status_code, 401)

    def test_while_the_service_is_down_nobody_comes_in(self) -> None:
        self.browser = make_app(real.NOBODY_LISTENS).test_client()
        for user in ("nobody", self.ada.id):
            self.assertEqual(self.log_in(user).status_code, 503)
            self.assertEqual(self.browser.get("/me").location, "/log-in")

    def test_a_log_in_that_fails_ends_the_one_before(self) -> None:
        self.log_in("nobody")
        self.browser = self.copy_of_browser(make_app(real.NOBODY_LISTENS))
        self.assertEqual(self.browser.get("/me").text, "nobody")
        self.assertEqual(self.log_in().status_code, 503)
        self.assertEqual(self.browser.get("/me").location, "/log-in")

    def test_if_it_goes_down_between_password_and_code_nobody_comes_in(self) -> None:
        self.log_in()
        waiting = self.copy_of_browser(make_app(real.NOBODY_LISTENS))
        self.assertEqual(self.send(self.ada.codes[0], waiting).status_code, 503)
        self.assertEqual(waiting.get("/me").location, "/code")

    def test_a_locked_user_is_told_how_long(self) -> None:
        self.log_in()
        for _ in range(5):
            self.send(real.wrong_code(self.ada.secret))
        locked = self.send(self.ada.codes[0])
        self.assertEqual(locked.status_code, 429)
        self.assertGreater(int(locked.headers["Retry-After"]), 0)

    def test_sessions_on_the_server_get_a_new_id(self) -> None:
        with mock.patch.object(self.app.session_interface, "regenerate", create=True) as fresh:
            self.log_in("nobody")
        fresh.assert_called_once()

    def log_in(self, user: str | None = None):
        return self.browser.post("/log-in", data={"user": user or self.ada.id})

    def send(self, code: str, browser: FlaskClient | None = None):
        return (browser or self.browser).post("/code", data={"code": code})

    def copy_of_browser(self, app: Flask | None = None) -> FlaskClient:
        """Another browser with the same cookie."""
        copy = (app or self.app).test_client()
        with self.browser.session_transaction() as original, copy.session_transaction() as other:
            other.update(original)
        return copy


def later(seconds: float):
    moment = real.time.time() + seconds
    return lambda: moment


if __name__ == "__main__":
    unittest.main()
