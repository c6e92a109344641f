"""Stepgate in a Django project: a middleware that holds every log-in until its code was right."""

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from . import log_in
from .client import Client
from .errors import LogInEnded, StepgateError, Unavailable
from .parameters import Visitor

BACKEND = "stepgate_backend"
HASH = "stepgate_hash"
logger = logging.getLogger("stepgate")


class SecondFactorMiddleware:
    """Goes behind AuthenticationMiddleware. Whatever view logs in, the code comes before the user.

    Settings: STEPGATE_URL, STEPGATE_KEY, STEPGATE_APP, and STEPGATE_CODE, the path of the page that
    asks for the code and calls `finish`. Optional: STEPGATE_ISSUER.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        try:
            client().check()
        except Unavailable as error:
            logger.warning("Stepgate cannot be asked yet, so nobody can log in: %s", error)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sessions of before are held too, and those that the view has just made."""
        try:
            return _hold(request) or self._answered(request)
        except StepgateError as error:
            return _refuse(error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _refuse(error) if isinstance(error, StepgateError) else None

    def _answered(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        return _hold(request) or response


def begin(request: HttpRequest, user: Any) -> bool:
    """The password was right. True if a code is needed; if not, the user is logged in.

    The middleware calls it for every log-in. Raises StepgateError, with nobody logged in, if the
    service does not say which.
    """
    backend = request.session.get(auth.BACKEND_SESSION_KEY) or getattr(user, "backend", None)
    request.session.flush()
    request.user = AnonymousUser()
    needed = client().needs_code(str(user.pk), visitor=_visitor(request))
    if needed:
        log_in.hold(request.session, str(user.pk))
        request.session[BACKEND] = backend
        request.session[HASH] = user.get_session_auth_hash()
    else:
        _keep(request, user, backend)
    return needed


def finish(request: HttpRequest, code: str) -> Any:
    """Logs the user in whose code this is, under a new session key, and answers them.

    Raises InvalidCode or Locked, LogInEnded when the password has to be given again, Unavailable.
    """
    pending = log_in.pending_of(request.session)
    user = _still_the_same(request, pending)
    client().verify(pending.user_id, code, visitor=_visitor(request))
    log_in.finish_once(pending)
    _keep(request, user, request.session[BACKEND])
    return user


@lru_cache(maxsize=1)
def client() -> Client:
    """The one of the settings."""
    return Client(
        settings.STEPGATE_URL,
        settings.STEPGATE_KEY,
        settings.STEPGATE_APP,
        issuer=getattr(settings, "STEPGATE_ISSUER", None),
    )


def _hold(request: HttpRequest) -> HttpResponse | None:
    """Takes back a log-in whose code is missing, and leads to the page that asks for it."""
    user = request.user
    if not user.is_authenticated or request.session.get(log_in.PASSED) == str(user.pk):
        return None
    return HttpResponseRedirect(settings.STEPGATE_CODE) if begin(request, user) else None


def _keep(request: HttpRequest, user: Any, backend: str | None) -> None:
    request.session.clear()
    auth.login(request, user, backend)  # It calls cycle_key().
    request.session[log_in.PASSED] = str(user.pk)


def _ask_again(request: HttpRequest | None, **_: object) -> None:
    """Every log-in is held anew, also of the user whose session it is already."""
    if request is not None:
        request.session.pop(log_in.PASSED, None)


def _still_the_same(request: HttpRequest, pending: log_in.Pending) -> Any:
    """Raises LogInEnded for a user who was disabled, or changed the password, in between."""
    user = auth.load_backend(request.session[BACKEND]).get_user(pending.user_id)
    if user is None or user.get_session_auth_hash() != request.session[HASH]:
        request.session.flush()
        raise LogInEnded("The user has changed since the password was given.")
    return user


def _refuse(error: StepgateError) -> HttpResponse:
    status = log_in.status_of(error)
    logger.warning("Stepgate: %s", error)
    response = HttpResponse(log_in.SAID[status], status=status, content_type="text/plain")
    for name, value in log_in.headers_of(error).items():
        response[name] = value
    return response


def _visitor(request: HttpRequest) -> Visitor:
    return Visitor(request.META.get("REMOTE_ADDR"), request.META.get("HTTP_USER_AGENT"))


auth.user_logged_in.connect(_ask_again)
