"""The README's Flask and FastAPI apps, as they are printed there."""

import os
import re
import unittest
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import uuid4

from fastapi.testclient import TestClient

from stepgate import InvalidCode

from . import real

README = (Path(__file__).parents[1] / "README.md").read_text()


def run(heading: str) -> dict[str, Any]:
    """What the first block of this chapter defines. Passwords are right."""
    chapter = README.split(f"\n## {heading}\n")[1]
    block = re.search(r"```python\n(.*?)```", chapter, re.DOTALL)
    names: dict[str, Any] = {"check_password": lambda form: form["user"], "__name__": __name__}
    with mock.patch.dict(os.environ, {"SECRET_KEY": "test"}):
        exec(block[1], names)  # type: ignore[index]
    return names


class Readme(unittest.TestCase):
    def setUp(self) -> None:
        with real.client() as client:
            self.ada = real.Enrolled(client)

    def test_every_block_is_python(self) -> None:
        for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
            compile(block, "README.md", "exec")

    def test_the_client_asks_for_a_code(self) -> None:
        with mock.patch("builtins.input", side_effect=AssertionError):
            run("The client")

    def test_pyotp_secrets_move_over_all_at_once_or_at_the_next_log_in(self) -> None:
        chapter = README.split("\n## Secrets of pyotp in a table\n")[1].split("\n## ")[0]
        at_once, at_log_in = re.findall(r"```python\n(.*?)```", chapter, re.DOTALL)
        secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
        ada, grace, bob = (f"{name}-{uuid4()}" for name in ("ada", "grace", "bob"))
        with real.client() as client:
            names: dict[str, Any] = {"client": client, "pyotp_secrets": [(ada, secret)]}
            exec(at_once, names)
            self.assertIs(client.needs_code(ada), True)
            names["old_secret_of"] = {grace: secret, bob: None}.get
            exec(at_log_in, names)
            self.assertRaises(InvalidCode, names["second_step"], grace, real.wrong_code(secret))
            self.assertTrue(names["second_step"](grace, real.totp(secret)))
            self.assertRaises(InvalidCode, names["second_step"], grace, real.totp(secret))
            self.assertIsNone(names["second_step"](bob, ""))

    def test_the_flask_app_asks_for_a_code(self) -> None:
        browser = run("Flask")["app"].test_client()
        self.assertEqual(browser.get("/").location, "/log-in")
        self.assertEqual(browser.post("/log-in", data={"user": self.ada.id}).location, "/code")
        self.assertEqual(browser.get("/").location, "/code")
        self.assertEqual(browser.post("/code", data={"code": "x"}).status_code, 422)
        self.assertEqual(browser.post("/code", data={"code": self.ada.codes[0]}).location, "/")
        self.assertEqual(browser.get("/").text, f"Hello {self.ada.id}")

    def test_the_fastapi_app_asks_for_a_code(self) -> None:
        browser = TestClient(run("FastAPI")["app"])
        self.assertEqual(browser.get("/me").status_code, 401)
        begun = browser.post("/log-in", json={"user": self.ada.id})
        self.assertEqual(begun.json(), {"codeNeeded": True})
        self.assertEqual(browser.get("/me").status_code, 401)
        self.assertEqual(browser.post("/code", json={"code": "x"}).status_code, 422)
        self.assertEqual(browser.post("/code", json={"code": self.ada.codes[0]}).status_code, 200)
        self.assertEqual(browser.get("/me").json(), self.ada.id)


if __name__ == "__main__":
    unittest.main()
