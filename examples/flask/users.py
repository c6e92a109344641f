"""The users, in memory, in place of your own table. An id never changes; an e-mail may."""

from werkzeug.security import check_password_hash, generate_password_hash


def make_user(email, password):
    return {"email": email, "password": generate_password_hash(password)}


USERS = {
    "user-1": make_user("ada@example.com", "first-program-1843"),
    "user-2": make_user("grace@example.com", "nanosecond-1906"),
}
NOBODY = generate_password_hash("")


def check_password(email, password):
    """The user's id, or None. It takes as long where there is no such user."""
    user_id = next((user_id for user_id, user in USERS.items() if user["email"] == email), None)
    is_right = check_password_hash(USERS[user_id]["password"] if user_id else NOBODY, password)
    return user_id if is_right else None


def email_of(user_id):
    return USERS[user_id]["email"]
