"""The users, in memory, in place of your own table. An id never changes; an e-mail may."""

import hashlib
import hmac
import os


def hash_password(password, salt):
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=5)


def make_user(email, password):
    salt = os.urandom(16)
    return {"email": email, "salt": salt, "hash": hash_password(password, salt)}


USERS = {
    "user-1": make_user("ada@example.com", "first-program-1843"),
    "user-2": make_user("grace@example.com", "nanosecond-1906"),
}
NOBODY = {"salt": os.urandom(16), "hash": b""}


def check_password(email, password):
    """The user's id, or None. It takes as long where there is no such user."""
    user_id = next((user_id for user_id, user in USERS.items() if user["email"] == email), None)
    user = USERS.get(user_id, NOBODY)
    is_right = hmac.compare_digest(hash_password(password, user["salt"]), user["hash"])
    return user_id if is_right else None


def email_of(user_id):
    return USERS[user_id]["email"]
