"""Stepgate in a FastAPI app with Starlette's SessionMiddleware: `init_app`, `begin`, `finish`."""

import logging
from typing import cast

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import PlainTextResponse, Response

from . import log_in
from .client import AsyncClient
from .errors import StepgateError
from .parameters import Visitor

logger = logging.getLogger("stepgate")


def init_app(app: FastAPI, client: AsyncClient) -> None:
    """Gives the app its client, and answers 503 where the service cannot be asked.

    Call `await client.check()` when the app starts.
    """
    app.state.stepgate = client
    app.add_exception_handler(StepgateError, _answer)


async def begin(request: Request, user_id: str) -> bool:
    """The password was right. True if a code is needed; if not, the user is logged in.

    Raises StepgateError, with nobody logged in, if the service does not say which.
    """
    request.session.clear()
    needed = await _client(request).needs_code(user_id, visitor=_visitor(request))
    (log_in.hold if needed else log_in.keep)(request.session, user_id)
    return needed


async def finish(request: Request, code: str) -> str:
    """Logs the user in whose code this is, and answers their id. The code is spent.

    Raises InvalidCode or Locked, LogInEnded when the password has to be given again, Unavailable.
    """
    pending = log_in.pending_of(request.session)
    await _client(request).verify(pending.user_id, code, visitor=_visitor(request))
    log_in.finish_once(pending)
    log_in.keep(request.session, pending.user_id)
    return pending.user_id


async def second_factor(request: Request) -> str:
    """A dependency: the id of the user who is logged in by `begin` or `finish`. Else 401."""
    user_id = log_in.user_of(request.session)
    if user_id is None:
        waiting = log_in.find_pending(request.session) is not None
        raise HTTPException(401, "A code is needed." if waiting else "Log in first.")
    return user_id


async def _answer(request: Request, error: Exception) -> Response:
    assert isinstance(error, StepgateError)
    status = log_in.status_of(error)
    logger.warning("Stepgate: %s", error)
    return PlainTextResponse(log_in.SAID[status], status, log_in.headers_of(error))


def _client(request: Request) -> AsyncClient:
    return cast(AsyncClient, request.app.state.stepgate)


def _visitor(request: Request) -> Visitor:
    address = request.client.host if request.client else None
    return Visitor(address, request.headers.get("user-agent"))
