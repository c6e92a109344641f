"""What the calls answer. All moments have a time zone."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from .fields import (
    Fields,
    flag,
    inner,
    instant,
    maybe,
    maybe_instant,
    maybe_texts,
    one,
    rows,
    texts,
)


@dataclass(frozen=True)
class App:
    """The app that the key belongs to."""

    id: str
    name: str
    issuer: str
    """The name that authenticator apps show. It is not the `iss` of an assertion."""
    scopes: frozenset[str]
    """Of the key: `verify`, `enrol`, `users`, `import`."""
    key_expires_at: datetime | None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        key = inner(fields, "key")
        return cls(
            id=one(fields, "id", str),
            name=one(fields, "name", str),
            issuer=one(fields, "issuer", str),
            scopes=frozenset(texts(key, "scopes")),
            key_expires_at=maybe_instant(key, "expiresAt"),
        )


@dataclass(frozen=True)
class Authenticator:
    id: str
    name: str | None
    active: bool
    """False while its enrolment is pending."""
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            id=one(fields, "id", str),
            name=maybe(fields, "name", str),
            active=one(fields, "status", str) == "active",
            created_at=instant(fields, "createdAt"),
            last_used_at=maybe_instant(fields, "lastUsedAt"),
        )


@dataclass(frozen=True)
class User:
    """`two_factor` is the one word to branch on, and `Client.needs_code` does it."""

    app_id: str
    user_id: str
    known: bool
    """False for somebody whom the app has never named, or has deleted."""
    two_factor: bool
    """Also true while the user is capped, disabled or reset, when no code can be given."""
    authenticators: tuple[Authenticator, ...]
    backup_codes_remaining: int
    locked_until: datetime | None
    capped: bool
    rebinding_required: bool
    disabled: bool

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            app_id=one(fields, "appId", str),
            user_id=one(fields, "userId", str),
            known=flag(fields, "known"),
            two_factor=flag(fields, "twoFactor"),
            authenticators=tuple(Authenticator.read(row) for row in rows(fields, "authenticators")),
            backup_codes_remaining=one(inner(fields, "backupCodes"), "remaining", int),
            locked_until=maybe_instant(fields, "lockedUntil"),
            capped=flag(fields, "capped"),
            rebinding_required=flag(fields, "rebindingRequired"),
            disabled=flag(fields, "disabled"),
        )


@dataclass(frozen=True)
class Enrolment:
    """A pending authenticator. Its secret is shown only here; it expires after 15 minutes."""

    id: str
    secret: str = field(repr=False)
    """Base32, for those who type."""
    uri: str = field(repr=False)
    """`otpauth://…`, which the QR code says."""
    qr_svg: str = field(repr=False)
    qr_png: str = field(repr=False)
    """A data URI."""
    qr_modules: int
    """A side of the QR code, with its border: show it with three pixels each at least."""
    expires_at: datetime

    @classmethod
    def read(cls, fields: Fields) -> Self:
        qr = inner(fields, "qr")
        return cls(
            id=one(fields, "id", str),
            secret=one(fields, "secret", str),
            uri=one(fields, "uri", str),
            qr_svg=one(qr, "svg", str),
            qr_png=one(qr, "png", str),
            qr_modules=one(qr, "modules", int),
            expires_at=instant(fields, "expiresAt"),
        )


@dataclass(frozen=True)
class Confirmation:
    """An authenticator that is active now."""

    id: str
    backup_codes: tuple[str, ...] = field(repr=False)
    """With the user's first authenticator, and shown only here; else empty."""

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(id=one(fields, "id", str), backup_codes=maybe_texts(fields, "backupCodes"))


@dataclass(frozen=True)
class Verification:
    """The code was right, and is spent. A wrong one raises InvalidCode."""

    method: str
    """`totp` or `backup_code`."""
    authenticator_id: str | None
    backup_codes_remaining: int

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            method=one(fields, "method", str),
            authenticator_id=maybe(fields, "authenticatorId", str),
            backup_codes_remaining=one(inner(fields, "backupCodes"), "remaining", int),
        )


@dataclass(frozen=True)
class Challenge:
    """Give the token to the browser. Keep the id, and give it to `verify_assertion`."""

    id: str
    token: str = field(repr=False)
    expires_at: datetime
    methods: tuple[str, ...]

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            id=one(fields, "id", str),
            token=one(fields, "token", str),
            expires_at=instant(fields, "expiresAt"),
            methods=texts(fields, "methods"),
        )


@dataclass(frozen=True)
class Link:
    """Send the user's browser to `url`. Of a challenge link keep the id, for `redeem`."""

    id: str
    url: str = field(repr=False)
    expires_at: datetime

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            id=one(fields, "id", str),
            url=one(fields, "url", str),
            expires_at=instant(fields, "expiresAt"),
        )


@dataclass(frozen=True)
class Redemption:
    """What the user of a challenge link has proved."""

    id: str
    user_id: str
    method: str
    purpose: str | None
    assertion: str = field(repr=False)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            id=one(fields, "id", str),
            user_id=one(fields, "userId", str),
            method=one(fields, "method", str),
            purpose=maybe(fields, "purpose", str),
            assertion=one(fields, "assertion", str),
        )


@dataclass(frozen=True)
class Assertion:
    """That a user answered a challenge. Forget the challenge's id, so that it counts once."""

    challenge_id: str
    user_id: str
    purpose: str | None
    amr: tuple[str, ...]
    """RFC 8176: `otp`, and `backup_code` for one of those."""
    expires_at: datetime
