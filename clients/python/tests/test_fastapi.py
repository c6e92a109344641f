"""A FastAPI app with a log-in of its own, in the ten lines that the README shows."""

import unittest
from unittest import mock

from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient
from starlette.middleware.sessions import SessionMiddleware

from stepgate import AsyncClient, InvalidCode
from stepgate.fastapi import begin, finish, init_app, second_factor

from . import real


def make_app(url: str = real.URL) -> FastAPI:
    app = FastAPI()
    app.add_middleware(SessionMiddleware, secret_key="test")
    init_app(app, AsyncClient(url, real.KEY, real.APP))

    @app.post("/log-in")
    async def log_in(request: Request, user: str):
        return {"codeNeeded": await begin(request, user)}

    @app.post("/code")
    async def code(request: Request, code: str):
        try:
            return {"user": await finish(request, code)}
        except InvalidCode:
            return {"user": None}

    @app.get("/me")
    async def me(user_id: str = Depends(second_factor)):
        return user_id

    return app


class LogIn(unittest.TestCase):
    def setUp(self) -> None:
        with real.client() as client:
            self.ada = real.Enrolled(client)
        self.app = make_app()
        self.browser = TestClient(self.app)

    def test_without_a_factor_the_password_is_enough(self) -> None:
        self.assertEqual(self.log_in("nobody").json(), {"codeNeeded": False})
        self.assertEqual(self.browser.get("/me").json(), "nobody")

    def test_with_a_factor_nothing_is_reachable_before_the_code(self) -> None:
        self.assertEqual(self.browser.get("/me").json(), {"detail": "Log in first."})
        self.assertEqual(self.log_in().json(), {"codeNeeded": True})
        self.assertEqual(self.browser.get("/me").status_code, 401)
        self.assertEqual(self.browser.get("/me").json(), {"detail": "A code is needed."})
        self.assertIsNone(self.send(real.wrong_code(self.ada.secret)).json()["user"])
        self.assertEqual(self.browser.get("/me").status_code, 401)
        self.assertEqual(self.send(self.ada.totp()).json(), {"user": self.ada.id})
        self.assertEqual(self.browser.get("/me").json(), self.ada.id)

    def test_a_new_log_in_ends_the_one_before(self) -> None:
        self.log_in("nobody")
        self.log_in()
        self.assertEqual(self.browser.get("/me").status_code, 401)

    def test_neither_a_code_nor_a_pending_log_in_is_good_twice(self) -> None:
        self.log_in()
        copy = self.copy_of_browser()
        code = self.ada.codes[0]
        self.assertEqual(self.send(code).json(), {"user": self.ada.id})
        self.assertEqual(self.send(code, copy).status_code, 401)
        self.assertEqual(self.send(self.ada.codes[1], copy).status_code, 401)
        self.log_in()
        self.assertIsNone(self.send(code).json()["user"])
        self.assertEqual(self.send(self.ada.codes[1]).json(), {"user": self.ada.id})

    def test_the_code_has_to_come_in_time(self) -> None:
        self.log_in()
        moment = real.time.time() + 301
        with mock.patch("stepgate.log_in.now", lambda: moment):
            self.assertEqual(self.send(self.ada.codes[0]).status_code, 401)
            self.assertEqual(self.browser.get("/me").json(), {"detail": "Log in first."})

    def test_while_the_service_is_down_nobody_comes_in(self) -> None:
        self.browser = TestClient(make_app(real.NOBODY_LISTENS))
        for user in ("nobody", self.ada.id):
            self.assertEqual(self.log_in(user).status_code, 503)
            self.assertEqual(self.browser.get("/me").status_code, 401)

    def test_a_log_in_that_fails_ends_the_one_before(self) -> None:
        self.log_in("nobody")
        self.browser = self.copy_of_browser(make_app(real.NOBODY_LISTENS))
        self.assertEqual(self.browser.get("/me").json(), "nobody")
        self.assertEqual(self.log_in().status_code, 503)
        self.assertEqual(self.browser.get("/me").status_code, 401)

    def test_if_it_goes_down_between_password_and_code_nobody_comes_in(self) -> None:
        self.log_in()
        waiting = self.copy_of_browser(make_app(real.NOBODY_LISTENS))
        self.assertEqual(self.send(self.ada.codes[0], waiting).status_code, 503)
        self.assertEqual(waiting.get("/me").json(), {"detail": "A code is needed."})

    def test_a_locked_user_is_told_how_long(self) -> None:
        self.log_in()
        for _ in range(5):
            self.send(real.wrong_code(self.ada.secret))
        locked = self.send(self.ada.codes[0])
        self.assertEqual(locked.status_code, 429)
        self.assertGreater(int(locked.headers["Retry-After"]), 0)

    def log_in(self, user: str | None = None):
        return self.browser.post("/log-in", params={"user": user or self.ada.id})

    def send(self, code: str, browser: TestClient | None = None):
        return (browser or self.browser).post("/code", params={"code": code})

    def copy_of_browser(self, app: FastAPI | None = None) -> TestClient:
        """Another browser with the same cookie."""
        copy = TestClient(app or self.app)
        copy.cookies.update(self.browser.cookies)
        return copy


if __name__ == "__main__":
    unittest.main()
