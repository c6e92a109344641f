"""The two clients. Each holds the conversations of `Operations`, over a connection of its kind."""

import time
from collections.abc import Awaitable, Callable
from functools import wraps
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar, cast

import anyio
import httpx

from .deadline import Deadline
from .errors import Unavailable
from .exchange import Answer, Conversation, Request
from .operations import Operations

P = ParamSpec("P")
T = TypeVar("T")
Operation = Callable[Concatenate[Operations, P], Conversation[T]]

FRESH = httpx.Limits(max_keepalive_connections=0)
"""A connection for each call. A code is sent once: on a kept one that has died it would be lost."""
BROKEN = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError)


def _blocking(operation: Operation[P, T]) -> "Callable[Concatenate[Client, P], T]":
    @wraps(operation)
    def call(client: "Client", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return client._hold(operation(client._operations, *args, **kwargs))

    return call


def _awaited(operation: Operation[P, T]) -> "Callable[Concatenate[AsyncClient, P], Awaitable[T]]":
    @wraps(operation)
    async def call(client: "AsyncClient", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await client._hold(operation(client._operations, *args, **kwargs))

    return call


class _Settings:
    def __init__(
        self,
        base_url: str,
        key: str,
        app_id: str | None = None,
        timeout: float = 5.0,
        *,
        issuer: str | None = None,
    ) -> None:
        """Raises ValueError for what cannot be sent.

        `timeout` is in seconds, for a whole attempt but the look-up of the name. `issuer` is the
        service's ISSUER_URL, where that is not the base URL.
        """
        self._operations = Operations(base_url, key, app_id, issuer)
        self._timeout = timeout
        self._open()

    @property
    def app_id(self) -> str | None:
        """As given, or as learnt by `check`."""
        return self._operations.app_id

    def _open(self) -> None:
        raise NotImplementedError


class Client(_Settings):
    """Blocks. Threads may share it. Nothing is sent before the first call."""

    check = _blocking(Operations.check)
    needs_code = _blocking(Operations.needs_code)
    status = _blocking(Operations.status)
    enrol = _blocking(Operations.enrol)
    import_authenticator = _blocking(Operations.import_authenticator)
    confirm = _blocking(Operations.confirm)
    verify = _blocking(Operations.verify)
    resync = _blocking(Operations.resync)
    rotate_backup_codes = _blocking(Operations.rotate_backup_codes)
    remove = _blocking(Operations.remove)
    unlock = _blocking(Operations.unlock)
    delete_user = _blocking(Operations.delete_user)
    challenge = _blocking(Operations.challenge)
    verify_assertion = _blocking(Operations.verify_assertion)
    enrolment_link = _blocking(Operations.enrolment_link)
    challenge_link = _blocking(Operations.challenge_link)
    redeem = _blocking(Operations.redeem)

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self) -> None:
        self._http = httpx.Client(limits=FRESH, timeout=self._timeout)

    def _hold(self, conversation: Conversation[T]) -> T:
        try:
            request = next(conversation)
            while True:
                request = conversation.send(self._send(request))
        except StopIteration as end:
            return cast(T, end.value)

    def _send(self, request: Request) -> Answer | Unavailable:
        time.sleep(request.wait)
        with Deadline(self._timeout) as deadline:
            try:
                sent = _shape(self._http, self._operations, request, trace=deadline.watch)
                answer = _read(self._http.send(sent))
            except BROKEN as error:
                return _no_answer(error)
        return answer if not deadline.expired else Unavailable("The answer came too late.")


class AsyncClient(_Settings):
    """For asyncio, and for trio. Nothing is sent before the first call."""

    check = _awaited(Operations.check)
    needs_code = _awaited(Operations.needs_code)
    status = _awaited(Operations.status)
    enrol = _awaited(Operations.enrol)
    import_authenticator = _awaited(Operations.import_authenticator)
    confirm = _awaited(Operations.confirm)
    verify = _awaited(Operations.verify)
    resync = _awaited(Operations.resync)
    rotate_backup_codes = _awaited(Operations.rotate_backup_codes)
    remove = _awaited(Operations.remove)
    unlock = _awaited(Operations.unlock)
    delete_user = _awaited(Operations.delete_user)
    challenge = _awaited(Operations.challenge)
    verify_assertion = _awaited(Operations.verify_assertion)
    enrolment_link = _awaited(Operations.enrolment_link)
    challenge_link = _awaited(Operations.challenge_link)
    redeem = _awaited(Operations.redeem)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _open(self) -> None:
        self._http = httpx.AsyncClient(limits=FRESH, timeout=None)

    async def _hold(self, conversation: Conversation[T]) -> T:
        try:
            request = next(conversation)
            while True:
                request = conversation.send(await self._send(request))
        except StopIteration as end:
            return cast(T, end.value)

    async def _send(self, request: Request) -> Answer | Unavailable:
        await anyio.sleep(request.wait)
        try:
            with anyio.fail_after(self._timeout):
                sent = _shape(self._http, self._operations, request)
                return _read(await self._http.send(sent))
        except BROKEN as error:
            return _no_answer(error)


def _shape(
    http: httpx.Client | httpx.AsyncClient,
    operations: Operations,
    request: Request,
    **extensions: object,
) -> httpx.Request:
    """With the key as a bearer, or signed anew: a signature ages."""
    shaped = http.build_request(
        request.method,
        operations.base_url + request.path,
        headers=dict(request.headers),
        content=request.body,
        extensions=extensions,
    )
    shaped.headers.update(operations.credentials(request, str(shaped.url), time.time()))
    return shaped


def _read(response: httpx.Response) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, response.content)


def _no_answer(error: Exception) -> Unavailable:
    unavailable = Unavailable(f"No answer: {type(error).__name__}: {error}")
    unavailable.__cause__ = error
    return unavailable
