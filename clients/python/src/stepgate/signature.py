"""Signs requests with a key that is never sent: RFC 9421, with HMAC-SHA-256."""

import base64
import hashlib
import hmac
import re

from .exchange import Request

SIGNED_FIELDS = ("idempotency-key", "stepgate-user-ip", "stepgate-user-agent")
"""Whatever the service reads of a request, beside its body."""


def is_signing_key(key: str) -> bool:
    """True also for half of one, and for one in quotes, so that nothing of it becomes a bearer."""
    return re.match(r"\W*sgh_", key, re.IGNORECASE) is not None


def signing_key_id(key: str) -> str:
    """Raises ValueError, which does not show it, for a signing key that is not whole."""
    whole = re.fullmatch(r"sgh_([a-z2-7]{16})_[A-Za-z0-9_-]{43}", key)
    if whole is None:
        raise ValueError("The signing key is not whole.")
    return whole[1]


def sign(key: str, request: Request, url: str, now: float) -> dict[str, str]:
    """The headers that sign this attempt, as of `now`."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    digest = {"content-digest": _digest(request.body)} if request.body else {}
    fields = {name: headers[name] for name in SIGNED_FIELDS if name in headers} | digest
    covered = {"@method": request.method, "@target-uri": url, **fields}
    names = " ".join(f'"{name}"' for name in covered)
    parameters = f'({names});created={int(now)};keyid="{signing_key_id(key)}"'
    lines = [f'"{name}": {value}' for name, value in covered.items()]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])  # §2.5
    mac = _base64(hmac.digest(key.encode(), base.encode(), "sha256"))  # §3.3.3
    return {**digest, "signature-input": f"sig={parameters}", "signature": f"sig=:{mac}:"}


def _digest(body: bytes) -> str:
    """RFC 9530 §2."""
    return f"sha-256=:{_base64(hashlib.sha256(body).digest())}:"


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
