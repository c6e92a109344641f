"""The same decision in Python, with nothing but its standard library."""

import json
import urllib.parse
import urllib.request


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def after_the_password(user_id, url, key, app_id):
    """Answers "log in" or "ask for a code". Whatever it raises is no log-in."""
    request = urllib.request.Request(f"{url}/v1/users/{urllib.parse.quote(user_id, safe='')}")
    request.add_header("Authorization", f"Bearer {key}")
    opener = urllib.request.build_opener(NoRedirect)
    with opener.open(request, timeout=5) as answer:
        user = json.load(answer) if answer.status == 200 else {}
    if user.get("appId") == app_id and user.get("twoFactor") is False:
        return "log in"
    if user.get("appId") == app_id and user.get("twoFactor") is True:
        return "ask for a code"
    raise RuntimeError("No log-in: Stepgate did not say plainly what to do.")
