"""The users, in memory. Replace it by your own table. The id of a user never changes; the e-mail may."""

from werkzeug.security import check_password_hash, generate_password_hash

USERS = {
    "user-1": {"email": "ada@example.com", "password": generate_password_hash("first-program-1843")},
    "user-2": {"email": "grace@example.com", "password": generate_password_hash("nanosecond-1906")},
}
NOBODY = generate_password_hash("")


def check_password(email, password):
    """The id of the user whose password it is, or None. It takes as long where there is no such user."""
    user_id = next((user_id for user_id, user in USERS.items() if user["email"] == email), None)
    is_right = check_password_hash(USERS[user_id]["password"] if user_id else NOBODY, password)
    return user_id if is_right else None


def email_of(user_id):
    return USERS[user_id]["email"]
