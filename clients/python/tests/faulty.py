"""A server each of whose first path segments answers in another way that is not plain."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

APP = "app_here"
PATIENCE = 0.5
"""Seconds that a client of the slow paths waits."""

_APP_ANSWER = {
    "id": APP,
    "name": "Here",
    "issuer": "Here",
    "key": {"scopes": ["verify"], "expiresAt": None},
}


def user_answer(user_id: str, **changed: object) -> dict[str, object]:
    """Somebody without a second factor: the one answer that lets in."""
    return {
        "appId": APP,
        "userId": user_id,
        "known": False,
        "twoFactor": False,
        "authenticators": [],
        "backupCodes": {"remaining": 0},
        "lockedUntil": None,
        "capped": False,
        "rebindingRequired": False,
        "disabled": False,
        **changed,
    }


class Handler(BaseHTTPRequestHandler):
    """The start-up check is answered well everywhere: the fault comes with the user."""

    def do_GET(self) -> None:
        _, fault, _, *rest = self.path.split("/")
        self.seen.append((self.command, self.path, dict(self.headers)))
        if rest == ["app"]:
            return self.answer(_APP_ANSWER)
        return getattr(self, fault)(unquote(rest[-1]))

    do_POST = do_GET
    do_DELETE = do_GET

    def plain(self, user_id: str) -> None:
        self.answer(user_answer(user_id))

    def other_app(self, user_id: str) -> None:
        self.answer(user_answer(user_id, appId="app_other"))

    def other_user(self, user_id: str) -> None:
        self.answer(user_answer("somebody-else"))

    def nearly(self, user_id: str) -> None:
        self.answer(user_answer(user_id, twoFactor=0))

    def null(self, user_id: str) -> None:
        self.answer(user_answer(user_id, twoFactor=None))

    def empty(self, user_id: str) -> None:
        self.answer({})

    def listed(self, user_id: str) -> None:
        self.answer([user_answer(user_id)])

    def no_content(self, user_id: str) -> None:
        self.answer(None, status=204)

    def accepted(self, user_id: str) -> None:
        self.answer(user_answer(user_id), status=202)

    def status_500(self, user_id: str) -> None:
        self.answer(user_answer(user_id), status=500)

    def status_429(self, user_id: str) -> None:
        problem = {"code": "rate_limited", "title": "Too many requests.", "status": 429}
        self.answer(problem, status=429, kind="application/problem+json", **{"Retry-After": "60"})

    def page_429(self, user_id: str) -> None:
        self.answer(user_answer(user_id), status=429, kind="text/html")

    def page_404(self, user_id: str) -> None:
        self.answer(user_answer(user_id), status=404)

    def portal(self, user_id: str) -> None:
        self.send(
            b"<!doctype html><title>Log in to the network", 200, {"Content-Type": "text/html"}
        )

    def portal_as_json(self, user_id: str) -> None:
        self.send(b"<!doctype html>", 200, {"Content-Type": "application/json"})

    def json_as_page(self, user_id: str) -> None:
        self.answer(user_answer(user_id), kind="text/html")

    def redirect(self, user_id: str) -> None:
        self.answer(user_answer(user_id), status=302, Location=f"/plain/v1/users/{user_id}")

    def half(self, user_id: str) -> None:
        body = json.dumps(user_answer(user_id)).encode()
        self.head(200, {"Content-Type": "application/json", "Content-Length": str(len(body) * 2)})
        self.wfile.write(body)
        self.close_connection = True

    def silent(self, user_id: str) -> None:
        time.sleep(2 * PATIENCE)

    def trickle(self, user_id: str) -> None:
        """A piece comes well before each read would give up, and all of it too late."""
        body = json.dumps(user_answer(user_id)).encode()
        self.head(200, {"Content-Type": "application/json", "Content-Length": str(len(body))})
        self.drip(body)

    def trickled_head(self, user_id: str) -> None:
        self.drip(b"HTTP/1.1 200 OK\r\nX-Filler: aaaaaaaaaaaaaaaa\r\n")

    def hang_up(self, user_id: str) -> None:
        self.close_connection = True

    def drip(self, content: bytes) -> None:
        size = 1 + len(content) // 20
        for at in range(0, len(content), size):
            self.wfile.write(content[at : at + size])
            self.wfile.flush()
            time.sleep(PATIENCE / 4)

    def answer(
        self, body: object, *, status: int = 200, kind: str = "application/json", **headers: str
    ) -> None:
        content = b"" if status == 204 else json.dumps(body).encode()
        self.send(content, status, {"Content-Type": kind, **headers})

    def send(self, content: bytes, status: int, headers: dict[str, str]) -> None:
        self.head(status, {**headers, "Content-Length": str(len(content))})
        self.wfile.write(content)

    def head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    @property
    def seen(self) -> list[tuple[str, str, dict[str, str]]]:
        return self.server.seen  # type: ignore[attr-defined,no-any-return]

    def log_message(self, *arguments: Any) -> None:
        """Tests are silent."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *arguments: Any) -> None:
        """A client that has gone away is what these tests are about."""


@contextmanager
def faulty_server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()
