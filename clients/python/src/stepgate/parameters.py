"""What goes into a request: the address, the key, user ids, proofs, and for whom it is made."""

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from .errors import Refused
from .signature import is_signing_key, signing_key_id

USER_AGENT_LENGTH = 512


@dataclass(frozen=True)
class Visitor:
    """The end user's address and browser, for the audit trail. They count for no limit."""

    ip: str | None = None
    user_agent: str | None = None

    def headers(self) -> dict[str, str]:
        """Without an address that is none, so that it cannot fail a log-in."""
        headers = {}
        if _is_address(self.ip):
            headers["Stepgate-User-Ip"] = str(self.ip)
        if self.user_agent:
            headers["Stepgate-User-Agent"] = _printable(self.user_agent)
        return headers


@dataclass(frozen=True)
class Proof:
    """Of the active factor: a code as typed, or the id of an answered `factor_change` challenge."""

    code: str | None = field(default=None, repr=False)
    challenge_id: str | None = None

    def body(self) -> dict[str, str]:
        """Raises ValueError unless it is one of the two."""
        if self.code is not None and self.challenge_id is None:
            return {"code": self.code}
        if self.challenge_id is not None and self.code is None:
            return {"challengeId": self.challenge_id}
        raise ValueError("A proof is either a code or the id of a challenge.")


def user_path(user_id: str) -> str:
    """Raises Refused for an id that no path can hold."""
    return f"/v1/users/{segment(user_id)}"


def segment(text: str) -> str:
    """Percent-encoded. Raises Refused for what the service would never see as it was meant."""
    if text in ("", ".", ".."):
        raise _unusable(text)
    try:
        return quote(text, safe="")
    except UnicodeEncodeError as error:
        raise _unusable(text) from error


def checked_base_url(text: str) -> str:
    """Without the slash at its end. Raises ValueError unless it is https, or http on this machine."""
    parts = urlsplit(text)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))
    if not is_safe or not parts.hostname:
        raise ValueError("The base URL is neither https nor http on this machine.")
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError("A base URL has no query, no fragment and no password.")
    return text.rstrip("/")


def _is_loopback(host: str | None) -> bool:
    """RFC 6761 §6.3, RFC 1122 §3.2.1.3 and RFC 4291 §2.5.3."""
    name = host or ""
    return re.fullmatch(r"(.+\.)?localhost|127(\.\d{1,3}){3}|::1", name) is not None


def checked_key(text: str) -> str:
    """Raises ValueError, which does not show it, for what can be no key."""
    if not text or not all("!" <= character <= "~" for character in text):
        raise ValueError("The key is empty, or has a blank or a line end in it.")
    if is_signing_key(text):
        signing_key_id(text)
    return text


def _is_address(text: str | None) -> bool:
    try:
        return "%" not in str(ipaddress.ip_address(text or ""))
    except ValueError:
        return False


def _printable(text: str) -> str:
    """Header values are ASCII."""
    shown = (character if " " <= character <= "~" else "?" for character in text)
    return "".join(shown)[:USER_AGENT_LENGTH].strip() or "?"


def _unusable(text: str) -> Refused:
    return Refused(
        "invalid_request",
        status=422,
        title="The request does not have the documented form.",
        detail=f"{text!r} cannot stand in a path.",
    )
