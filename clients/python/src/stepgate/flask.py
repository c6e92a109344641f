"""Stepgate in a Flask app: `init_app`, `begin` after the password, `finish` with the code."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import Flask, Response, abort, current_app, redirect, request, session
from flask.typing import ResponseReturnValue

from . import log_in
from .client import Client
from .errors import StepgateError
from .parameters import Visitor

P = ParamSpec("P")
T = TypeVar("T")


def init_app(app: Flask) -> Client:
    """Reads STEPGATE_URL, STEPGATE_KEY and STEPGATE_APP of `app.config`, and answers the client.

    `require_second_factor` leads to STEPGATE_LOG_IN and STEPGATE_CODE, the paths of the app's own
    pages; without them it answers 401. Optional: STEPGATE_ISSUER.
    """
    config = app.config
    client = Client(
        config["STEPGATE_URL"],
        config["STEPGATE_KEY"],
        config["STEPGATE_APP"],
        issuer=config.get("STEPGATE_ISSUER"),
    )
    app.extensions["stepgate"] = client
    app.register_error_handler(StepgateError, _answer)
    return client


def begin(session: log_in.Session, user_id: str) -> bool:
    """The password was right. True if a code is needed; if not, the user is logged in.

    Raises StepgateError, with nobody logged in, if the service does not say which.
    """
    session.clear()
    needed = _client().needs_code(user_id, visitor=_visitor())
    (log_in.hold if needed else _keep)(session, user_id)
    return needed


def finish(session: log_in.Session, code: str) -> str:
    """Logs the user in whose code this is, and answers their id. The code is spent.

    Raises InvalidCode or Locked, LogInEnded when the password has to be given again, Unavailable.
    """
    pending = log_in.pending_of(session)
    _client().verify(pending.user_id, code, visitor=_visitor())
    log_in.finish_once(pending)
    _keep(session, pending.user_id)
    return pending.user_id


def require_second_factor(view: Callable[P, T]) -> Callable[P, T | ResponseReturnValue]:
    """Lets in who is logged in by `begin` or `finish`. Goes below `@app.route`."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T | ResponseReturnValue:
        if log_in.user_of(session) is None:
            return _turn_away()
        return cast("T | ResponseReturnValue", current_app.ensure_sync(view)(*args, **kwargs))

    return guarded


def _keep(session: log_in.Session, user_id: str) -> None:
    """Sessions that lie on the server get a new id, if their extension can do that."""
    log_in.keep(session, user_id)
    regenerate = getattr(current_app.session_interface, "regenerate", None)
    if regenerate is not None:
        regenerate(session)


def _turn_away() -> ResponseReturnValue:
    waiting = log_in.find_pending(session) is not None
    path = current_app.config.get("STEPGATE_CODE" if waiting else "STEPGATE_LOG_IN")
    return redirect(path, 303) if path else abort(401)


def _answer(error: StepgateError) -> Response:
    status = log_in.status_of(error)
    current_app.logger.warning("Stepgate: %s", error)
    return Response(log_in.SAID[status], status, log_in.headers_of(error), mimetype="text/plain")


def _client() -> Client:
    return cast(Client, current_app.extensions["stepgate"])


def _visitor() -> Visitor:
    return Visitor(request.remote_addr, request.user_agent.string)
