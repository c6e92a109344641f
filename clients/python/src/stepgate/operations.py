"""Every call, written once, as a conversation that `Client` and `AsyncClient` hold."""

import unicodedata
from collections.abc import Mapping

from .assertion import Expected, KeySet, check_assertion, key_id_of
from .conversations import Conversations
from .errors import Refused, Unavailable
from .exchange import Conversation, read_answer, wrong_code
from .fields import flag, one, texts
from .parameters import Proof, Visitor, segment, user_path
from .results import (
    Assertion,
    Challenge,
    Confirmation,
    Enrolment,
    Link,
    Redemption,
    User,
    Verification,
)


class Operations(Conversations):
    """All raise Unavailable or Refused, and make sure first that the key is the app's."""

    def needs_code(self, user_id: str, *, visitor: Visitor | None = None) -> Conversation[bool]:
        """Whether the password is not enough. False only if the service says so, of this app."""
        user = yield from self.status(user_id, visitor=visitor)
        return user.two_factor

    def status(self, user_id: str, *, visitor: Visitor | None = None) -> Conversation[User]:
        """What the service knows of a user. Raises Unavailable if it speaks of somebody else."""
        path = user_path(user_id)
        yield from self._ready()
        user = User.read((yield from self._fetch(path, visitor)))
        if user.app_id != self.app_id or user.user_id != unicodedata.normalize("NFC", user_id):
            raise Unavailable("The answer is about another app or user.")
        return user

    def enrol(
        self,
        user_id: str,
        *,
        account_name: str | None = None,
        name: str | None = None,
        proof: Proof | None = None,
        rebind_token: str | None = None,
        visitor: Visitor | None = None,
    ) -> Conversation[Enrolment]:
        """Begins to add an authenticator. Let only the user do so, with the factor they have."""
        body = {"accountName": account_name, "name": name, "rebindToken": rebind_token}
        path = f"{user_path(user_id)}/authenticators"
        return Enrolment.read((yield from self._create(path, _with_proof(proof, body), visitor)))

    def import_authenticator(
        self,
        user_id: str,
        secret: str,
        *,
        code: str | None = None,
        active: bool = False,
        encoding: str | None = None,
        allow_short: bool = False,
        backup_codes: bool = False,
        account_name: str | None = None,
        name: str | None = None,
        proof: Proof | None = None,
        visitor: Visitor | None = None,
    ) -> Conversation[Enrolment | Confirmation]:
        """Takes over the secret that the user's phone has already (scope `import`).

        With `code`, as just typed, or `active` it is active at once. Without, it waits for
        `confirm`. `encoding` is base32, hex, base64, text or otpauth. Raises InvalidCode for a
        wrong code, which makes nothing and is no failure.
        """
        body = {"secret": secret, "encoding": encoding, "accountName": account_name, "name": name}
        body |= {"code": code, "active": active or None, "allowShort": allow_short or None}
        if code is not None or active:
            body["backupCodes"] = backup_codes
        path = f"{user_path(user_id)}/authenticators"
        fields = yield from self._create(path, _with_proof(proof, body), visitor)
        kind = Enrolment if one(fields, "status", str) == "pending" else Confirmation
        return kind.read(fields)

    def confirm(
        self, user_id: str, authenticator_id: str, code: str, *, visitor: Visitor | None = None
    ) -> Conversation[Confirmation]:
        """Makes it active, and spends the code.

        Raises InvalidCode, or Refused whose `code` says what is wrong with the phone: `clock_skew`,
        `time_zone` or `parameters_ignored`.
        """
        path = f"{_authenticator(user_id, authenticator_id)}/confirm"
        answer = yield from self._once("POST", path, {"code": code}, visitor)
        return Confirmation.read(read_answer(answer))

    def verify(
        self, user_id: str, code: str, *, visitor: Visitor | None = None
    ) -> Conversation[Verification]:
        """Spends a right code. Raises InvalidCode for a wrong one, and Locked. Never sent twice."""
        path = f"{user_path(user_id)}/verify"
        answer = yield from self._once("POST", path, {"code": code}, visitor)
        fields = read_answer(answer)
        if not flag(fields, "valid"):
            raise wrong_code(answer, fields)
        return Verification.read(fields)

    def resync(
        self, user_id: str, codes: tuple[str, str], *, visitor: Visitor | None = None
    ) -> Conversation[str]:
        """Finds a device whose clock has drifted, by two codes in a row. It logs nobody in.

        Answers the authenticator's id. Raises InvalidCode and Locked, like `verify`.
        """
        path = f"{user_path(user_id)}/resync"
        answer = yield from self._once("POST", path, {"codes": list(codes)}, visitor)
        return one(read_answer(answer), "authenticatorId", str)

    def rotate_backup_codes(
        self, user_id: str, *, proof: Proof | None = None, visitor: Visitor | None = None
    ) -> Conversation[tuple[str, ...]]:
        """Ten new ones, shown only here. The old ones are void at once."""
        path = f"{user_path(user_id)}/backup-codes"
        fields = yield from self._create(path, _with_proof(proof), visitor)
        return texts(fields, "backupCodes")

    def remove(
        self,
        user_id: str,
        authenticator_id: str,
        *,
        proof: Proof | None = None,
        visitor: Visitor | None = None,
    ) -> Conversation[None]:
        """Takes an authenticator away; with the last active one the backup codes go too."""
        path = _authenticator(user_id, authenticator_id)
        read_answer((yield from self._once("DELETE", path, _with_proof(proof), visitor)))

    def unlock(self, user_id: str, *, visitor: Visitor | None = None) -> Conversation[None]:
        """Ends a lock. It does not end a cap: only an operator's reset does."""
        read_answer((yield from self._once("POST", f"{user_path(user_id)}/unlock", {}, visitor)))

    def delete_user(
        self, user_id: str, *, proof: Proof | None = None, visitor: Visitor | None = None
    ) -> Conversation[None]:
        """With all authenticators. The user has no second factor then."""
        read_answer(
            (yield from self._once("DELETE", user_path(user_id), _with_proof(proof), visitor))
        )

    def challenge(
        self,
        user_id: str,
        *,
        purpose: str | None = None,
        ttl_seconds: int = 300,
        visitor: Visitor | None = None,
    ) -> Conversation[Challenge]:
        """For a browser that answers by itself. The challenge lives 30 to 600 seconds."""
        body = {"userId": user_id, "purpose": purpose, "ttlSeconds": ttl_seconds}
        return Challenge.read((yield from self._create("/v1/challenges", body, visitor)))

    def verify_assertion(
        self, assertion: str, *, challenge_id: str, purpose: str | None = None
    ) -> Conversation[Assertion]:
        """Checks it for the challenge that was asked for. Raises Refused (`invalid_assertion`)."""
        yield from self._ready()
        key_id = key_id_of(assertion)
        if self._keys.find(key_id) is None:
            self._keys = KeySet.read((yield from self._fetch("/.well-known/jwks.json", None)))
        expected = Expected(self._issuer, str(self.app_id), challenge_id, purpose)
        return check_assertion(assertion, self._keys.find(key_id), expected)

    def enrolment_link(
        self,
        user_id: str,
        *,
        account_name: str,
        return_url: str | None = None,
        visitor: Visitor | None = None,
    ) -> Conversation[Link]:
        """A page that sets up an authenticator. It is good for 15 minutes, in one browser."""
        body = {"userId": user_id, "accountName": account_name, "returnUrl": return_url}
        return Link.read((yield from self._create("/v1/enrolment-links", body, visitor)))

    def challenge_link(
        self,
        user_id: str,
        *,
        return_url: str,
        purpose: str | None = None,
        display_text: str | None = None,
        ttl_seconds: int = 300,
        visitor: Visitor | None = None,
    ) -> Conversation[Link]:
        """A page that asks for a code, and leads back with another for `redeem`.

        The page says `display_text` in place of `purpose`, in the user's language.
        """
        words = {"purpose": purpose, "displayText": display_text}
        body = {"userId": user_id, "returnUrl": return_url, **words, "ttlSeconds": ttl_seconds}
        return Link.read((yield from self._create("/v1/challenge-links", body, visitor)))

    def redeem(
        self,
        code: str,
        *,
        challenge_id: str,
        purpose: str | None = None,
        visitor: Visitor | None = None,
    ) -> Conversation[Redemption]:
        """Once, within two minutes. Refused (`invalid_assertion`) if it is of another challenge."""
        answer = yield from self._once(
            "POST", "/v1/challenge-links/redeem", {"code": code}, visitor
        )
        redeemed = Redemption.read(read_answer(answer))
        if redeemed.id != challenge_id or redeemed.purpose != purpose:
            title = "The link answers another challenge, or is for another purpose."
            raise Refused("invalid_assertion", status=401, title=title)
        return redeemed


def _authenticator(user_id: str, authenticator_id: str) -> str:
    return f"{user_path(user_id)}/authenticators/{segment(authenticator_id)}"


def _with_proof(
    proof: Proof | None, body: Mapping[str, object] | None = None
) -> Mapping[str, object]:
    return {**(body or {}), "proof": proof.body() if proof else None}
