"""One organization's conversation with the service: its token, its calls, and what becomes of their faults.

A call has a deadline for its whole answer. 429 waits what Retry-After says; 5xx, resets, time-outs and bodies that are
torn or foreign are tried again, each time a little later, within an overall limit. Anything else ends with the
service's own words and correlation id. No secret or token is ever part of a message.
"""

import asyncio
import logging
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec
import stamina

from apiusage_helpers import __version__
from apiusage_helpers.errors import ParameterError, SourceError
from apiusage_helpers.genesys_cloud.credentials import Credentials
from apiusage_helpers.genesys_cloud.error_bodies import words
from apiusage_helpers.genesys_cloud.rate_limits import Pace, Rate, http_date, in_turn, number, retry_after

logging.getLogger("stamina").addHandler(logging.NullHandler())  # waits are told by `tell`, not by a logger on stderr
T = TypeVar("T")
_FINE = frozenset({200, 201, 202})
_TIMED_OUT, _SERVER_ERRORS = 408, 500
_THROTTLED, _UNAUTHORIZED = 429, 401
_RENEWALS, _UNKNOWN_TOKEN_SECONDS = 2, 1.0
FORBIDDEN = 403
_TOLD_WAIT = 5.0
_SHORT_LIFE = 0.1  # of a token's life, and a minute at most: so long before its end it is renewed


@dataclass
class Token:
    """A bearer token, when to renew it, and whether the service has accepted it once."""

    value: str = field(repr=False)
    renew_at: float
    proved: bool = False


def local_now() -> datetime:
    """The instant by this machine's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Means:
    """What a session works with: its limits, this machine's clock, chance, and the way to the service."""

    pace: Pace = field(default_factory=Pace)
    now: Callable[[], datetime] = local_now
    draw: random.Random = field(default_factory=random.Random)
    transport: httpx.AsyncBaseTransport | None = None


@dataclass
class Session:
    """The state of a conversation: who speaks, by which means, what the server's clock says, which fields are unknown."""

    credentials: Credentials
    http: httpx.AsyncClient
    means: Means
    tell: Callable[[str], None]
    rate: Rate = field(default_factory=Rate)
    token: Token | None = None
    tokens: set[str] = field(default_factory=set, repr=False)
    skew: timedelta = timedelta()
    ignored: set[str] = field(default_factory=set)

    def server_now(self) -> datetime:
        """The instant by the server's clock, as its Date headers tell it."""
        return self.means.now() + self.skew

    def hidden(self, text: str) -> str:
        """`text` without the secret and the tokens of this session, wherever a service echoes them."""
        return self.credentials.hidden(text, *self.tokens)


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True)
class Reply(Generic[T]):
    """What an answer was decoded to, and its correlation id."""

    value: T
    correlation_id: str


class PassingError(Exception):
    """A fault that may pass; `wait` is what the service asks for, and `lasting` marks one that tries do not end."""

    def __init__(
        self, message: str, *, wait: float | None = None, lasting: bool = False, connecting: bool = False
    ) -> None:
        super().__init__(message)
        self.wait, self.lasting, self.connecting = wait, lasting, connecting


class _Granted(msgspec.Struct):
    access_token: str
    expires_in: float = 86400


@asynccontextmanager
async def open_session(
    credentials: Credentials, means: Means, tell: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Session]:
    """A session with a token; SourceError when the platform gives none."""
    limits = httpx.Timeout(means.pace.silence, connect=means.pace.connect)
    local = urlsplit(credentials.api_url).scheme == "http"  # this machine only: no proxy stands between
    agent = {"User-Agent": f"apiusage/{__version__}"}
    try:
        client = httpx.AsyncClient(timeout=limits, transport=means.transport, trust_env=not local, headers=agent)
    except (ImportError, ValueError) as fault:
        raise ParameterError(
            f"the proxy of the environment (HTTPS_PROXY, ALL_PROXY) cannot be used: {type(fault).__name__}"
        ) from None
    async with client as http:
        session = Session(credentials, http, means, tell)
        await _renew(session)
        yield session


async def call(session: Session, method: str, link: str, decode: Callable[[bytes], T], *, body: Any = None) -> Reply[T]:
    """What `decode` makes of the answer to one request; `link` is a path or an address of the API's own host.

    `decode` raises msgspec's errors for a body that is torn or foreign. SourceError when the fault lasts or is final.
    """
    url = _own_address(session, link)
    return await _persistently(session, lambda: _asked(session, method, url, decode, body))


async def _asked(session: Session, method: str, url: str, decode: Callable[[bytes], T], body: Any) -> Reply[T]:
    answer = await _authorized(session, method, url, body)
    place = f"{method} {urlsplit(url).path}"
    if answer.status not in _FINE:
        raise _fault(session, answer, place)
    try:
        return Reply(decode(answer.content), answer.headers.get("inin-correlation-id", ""))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        kind = answer.headers.get("content-type", "no content type")
        raise PassingError(
            f"{place}: {answer.status} with a body that is torn or not the service's ({len(answer.content):,} bytes, {kind})"
        ) from None


async def _authorized(session: Session, method: str, url: str, body: Any) -> Answer:
    """The answer to a request with a token; a 401 renews it, twice: another server may not know one that is just issued."""
    token = session.token
    if token is None or asyncio.get_running_loop().time() >= token.renew_at:
        token = await _renew(session)
    answer = await _sent(session, method, url, body, token)
    for _ in range(_RENEWALS):
        if answer.status != _UNAUTHORIZED:
            break
        if not token.proved:
            await asyncio.sleep(retry_after(answer.headers, session.server_now()) or _UNKNOWN_TOKEN_SECONDS)
        token = await _renew(session)
        answer = await _sent(session, method, url, body, token)
    token.proved = token.proved or answer.status in _FINE
    return answer


async def _sent(session: Session, method: str, url: str, body: Any, token: Token) -> Answer:
    await in_turn(session.rate)
    content = None if body is None else msgspec.json.encode(body)
    headers = {"Authorization": f"Bearer {token.value}", "Accept": "application/json"}
    if content is not None:
        headers["Content-Type"] = "application/json"
    answer = await _exchange(session, session.http.build_request(method, url, content=content, headers=headers))
    session.rate.note(answer.headers, asyncio.get_running_loop().time())
    return answer


async def _renew(session: Session) -> Token:
    """A new token of the session; SourceError when the platform gives none."""
    session.token = None
    token = await _persistently(session, lambda: _granted(session))
    session.token = token
    session.tokens.add(token.value)
    return token


async def _granted(session: Session) -> Token:
    issued = asyncio.get_running_loop().time()
    request = session.http.build_request(
        "POST",
        f"{session.credentials.login_url}/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": session.credentials.basic, "Accept": "application/json"},
    )
    answer = await _exchange(session, request)
    if answer.status in {400, _UNAUTHORIZED, FORBIDDEN}:
        raise SourceError(
            f"{session.credentials.login_url} gives no token for the OAuth client of {session.credentials.place}: "
            f"{_words(session, answer)}; check its id, its secret and the region"
        )
    if answer.status not in _FINE:
        raise _fault(session, answer, "POST /oauth/token")
    try:
        granted = msgspec.json.decode(answer.content, type=_Granted)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise PassingError("POST /oauth/token: the answer holds no token") from None
    return Token(granted.access_token, issued + granted.expires_in - min(60, granted.expires_in * _SHORT_LIFE))


async def _exchange(session: Session, request: httpx.Request) -> Answer:
    """The whole answer to a request; PassingError when there is none in time."""
    place = f"{request.method} {request.url.path}"
    try:
        async with asyncio.timeout(session.means.pace.call):
            response = await session.http.send(request)
    except TimeoutError:
        raise PassingError(f"{place}: no whole answer within {session.means.pace.call:g} s") from None
    except httpx.RequestError as fault:
        raise _lost(fault, f"{request.url.scheme}://{request.url.netloc.decode()}", place) from None
    seen = http_date(response.headers.get("date", ""))
    if seen is not None:
        session.skew = seen - session.means.now()
    return Answer(response.status_code, response.headers, response.content)


def _lost(fault: httpx.RequestError, host: str, place: str) -> Exception:
    """The fault of a request without an answer: a certificate that is not trusted is final, the rest may pass."""
    causes: list[BaseException | None] = [fault]
    while causes[-1] is not None:
        causes.append(causes[-1].__cause__ or causes[-1].__context__)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return SourceError(f"{host}: its certificate is not trusted here: {fault}")
    if isinstance(fault, httpx.ConnectError | httpx.ConnectTimeout):
        return PassingError(f"{host} cannot be reached ({fault or type(fault).__name__})", connecting=True)
    return PassingError(f"{place}: the connection broke ({type(fault).__name__})")


def _fault(session: Session, answer: Answer, place: str) -> Exception:
    """The fault that an answer with another status than success is."""
    message = f"{place}: {_words(session, answer)}"
    if answer.status in {_THROTTLED, _TIMED_OUT} or answer.status >= _SERVER_ERRORS:
        wait = retry_after(answer.headers, session.server_now())
        if wait is None and answer.status == _THROTTLED:
            wait = number(answer.headers.get("inin-ratelimit-reset"))
        return PassingError(message, wait=wait, lasting=answer.status == _THROTTLED)
    if answer.status == _UNAUTHORIZED:
        message += "; a token just issued is refused: is this the region of the OAuth client?"
    return SourceError(message, status=answer.status)


def _words(session: Session, answer: Answer) -> str:
    return session.hidden(words(answer.status, answer.headers, answer.content, session.hidden))


async def _persistently(session: Session, ask: Callable[[], Awaitable[T]]) -> T:
    """The result of `ask`, tried again while its faults may pass; SourceError when they last."""
    clock = asyncio.get_running_loop().time
    started, tries = clock(), 0

    def wait(fault: Exception) -> float | bool:
        if not isinstance(fault, PassingError):
            return False
        delay = fault.wait or session.means.pace.backoff(tries, session.means.draw)
        longest = session.means.pace.connect_for if fault.connecting else session.means.pace.retry_for
        if clock() + delay - started > longest or (tries >= session.means.pace.tries and not fault.lasting):
            return False
        if delay >= _TOLD_WAIT:
            session.tell(session.hidden(f"{fault}; trying again in {delay:.0f} s"))
        return delay

    try:
        async for attempt in stamina.retry_context(on=wait, attempts=None, timeout=None):
            tries += 1
            with attempt:
                return await ask()
    except PassingError as fault:
        asked = f"; it says to wait {fault.wait:.0f} s" if fault.wait else ""
        told = f"{fault}; gave up after {tries} tries in {clock() - started:.0f} s{asked}: try again later"
        raise SourceError(session.hidden(told)) from None
    raise AssertionError  # the loop above returns or raises


def _own_address(session: Session, link: str) -> str:
    """The address that `link` means; SourceError when it leads to another host than the API's."""
    base = httpx.URL(session.credentials.api_url)
    try:
        url = base.join(link)
    except httpx.InvalidURL:
        raise SourceError("the service sent a link that is not an address; it was not followed") from None
    if (url.scheme, url.host, url.port) != (base.scheme, base.host, base.port):
        raise SourceError(f"the service sent a link to another host ({url.host}); it was not followed")
    return str(url)
