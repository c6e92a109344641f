"""An assertion proves one thing: who answered this challenge of this app for this purpose, now."""

import json
import threading
import time
import unittest
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from stepgate import Client, Refused, Unavailable

APP = "app_here"
EXPECTED = {"challenge_id": "chal_1", "purpose": "pay"}


def _jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Each coordinate has 32 bytes (RFC 7518 §6.2.1.2): some versions of PyJWT drop zeros in front."""
    numbers = key.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}


def _coordinate(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


class Issuer(ThreadingHTTPServer):
    """Publishes its keys, and counts how often it was asked for them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), JwksHandler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.private = {"one": ec.generate_private_key(ec.SECP256R1())}
        self.extra: list[object] = []
        self.asked = 0

    def jwks(self) -> dict[str, Any]:
        keys = [
            {**_jwk(key.public_key()), "kid": kid, "alg": "ES256"}
            for kid, key in self.private.items()
        ]
        return {"keys": [*self.extra, *keys]}

    def sign(self, *, kid: str = "one", typ: str = "assertion+jwt", **changed: object) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": APP, "sub": "ada", "jti": "chal_1", "purpose": "pay"}
        dated = {**claims, "iat": now, "exp": now + 120, "amr": ["otp"], **changed}
        present = {name: value for name, value in dated.items() if value is not None}
        return jwt.encode(present, self.private[kid], "ES256", {"kid": kid, "typ": typ})


class JwksHandler(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        app = {"id": APP, "name": "a", "issuer": "a", "key": {"scopes": []}}
        body = json.dumps(app if self.path == "/v1/app" else self.server.jwks()).encode()
        self.server.asked += self.path == "/.well-known/jwks.json"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Tests are silent."""


class Assertions(unittest.TestCase):
    def setUp(self) -> None:
        self.issuer = self.enterContext(Issuer())
        threading.Thread(target=self.issuer.serve_forever, args=(0.05,), daemon=True).start()
        self.addCleanup(self.issuer.shutdown)
        self.client = self.enterContext(Client(self.issuer.url, "sg_key", APP))

    def test_a_good_one_names_the_user(self) -> None:
        proved = self.client.verify_assertion(self.issuer.sign(), **EXPECTED)
        self.assertEqual((proved.user_id, proved.purpose, proved.amr), ("ada", "pay", ("otp",)))

    def test_everything_in_it_is_checked(self) -> None:
        now = int(time.time())
        faults: list[dict[str, Any]] = [
            {"iss": "https://elsewhere.example"},
            {"aud": "app_other"},
            {"aud": ["app_other", APP]},
            {"exp": now - 60},
            {"iat": now + 600},
            {"jti": "chal_2"},
            {"purpose": "login"},
            {"purpose": None},
            {"typ": "JWT"},
            {"typ": "at+jwt"},
            *({name: None} for name in ("iss", "aud", "sub", "jti", "iat", "exp")),
        ]
        for fault in faults:
            with self.subTest(fault):
                self.assert_refused(self.issuer.sign(**fault))

    def test_only_es256_of_a_published_key_counts(self) -> None:
        good = self.issuer.sign()
        claims = jwt.decode(good, options={"verify_signature": False})
        header = {"kid": "one", "typ": "assertion+jwt"}
        public = self.issuer.jwks()["keys"][0]["x"]
        strange = rsa.generate_private_key(65537, 2048)
        elsewhere = ec.generate_private_key(ec.SECP256R1())
        for text in (
            jwt.encode(claims, None, "none", header),
            jwt.encode(claims, public, "HS256", header),
            jwt.encode(claims, strange, "RS256", header),
            jwt.encode(claims, elsewhere, "ES256", header),
            good[:-8] + "AAAAAAAA",
            good.rpartition(".")[0] + ".",
            "",
            "a.b.c",
            "…",
        ):
            with self.subTest(text[:40]):
                self.assert_refused(text)

    def test_keys_are_fetched_once_and_again_for_a_new_one(self) -> None:
        for _ in range(3):
            self.client.verify_assertion(self.issuer.sign(), **EXPECTED)
        self.assertEqual(self.issuer.asked, 1)
        self.issuer.private["two"] = ec.generate_private_key(ec.SECP256R1())
        self.client.verify_assertion(self.issuer.sign(kid="two"), **EXPECTED)
        self.assertEqual(self.issuer.asked, 2)

    def test_an_unknown_key_costs_one_question(self) -> None:
        self.issuer.private["two"] = ec.generate_private_key(ec.SECP256R1())
        unknown = self.issuer.sign(kid="two")
        del self.issuer.private["two"]
        self.assert_refused(unknown)
        self.assertEqual(self.issuer.asked, 1)

    def test_keys_of_another_kind_are_passed_over(self) -> None:
        self.issuer.extra = [{"kty": "OKP", "crv": "Ed25519", "kid": "three", "x": "AA"}]
        self.client.verify_assertion(self.issuer.sign(), **EXPECTED)

    def test_keys_that_cannot_be_read_are_no_answer(self) -> None:
        self.issuer.extra = [{"kty": "EC", "crv": "P-256", "kid": "one", "x": "AA", "y": "AA"}]
        with self.assertRaises(Unavailable):
            self.client.verify_assertion(self.issuer.sign(), **EXPECTED)

    def assert_refused(self, assertion: str) -> None:
        with self.assertRaises(Refused) as refused:
            self.client.verify_assertion(assertion, **EXPECTED)
        self.assertEqual(refused.exception.code, "invalid_assertion")


if __name__ == "__main__":
    unittest.main()
