"""The double without a network, on an event loop whose clock jumps to the next timer: hours of waiting take no time."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from double.answers import Answer
from double.service import Service

BEGIN = datetime(2026, 11, 24, 9, tzinfo=UTC)
ADDRESS = "http://127.0.0.1:1"


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only where nothing is left to do at once."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0
        self.working = 0
        real = self._selector.select  # type: ignore[attr-defined]

        def select(timeout: float | None = None) -> Any:
            if timeout is None or self.working:  # a thread is at work: its end is awaited in real time
                return real(timeout if timeout is None else min(timeout, 0.05))
            events = real(0)
            if not events and timeout > 0:
                self.passed += timeout
            return events

        self._selector.select = select  # type: ignore[attr-defined]

    def run_in_executor(self, *arguments: Any) -> Any:
        self.working += 1
        future = super().run_in_executor(*arguments)
        future.add_done_callback(lambda _: setattr(self, "working", self.working - 1))
        return future

    def time(self) -> float:
        return self.passed

    def now(self) -> datetime:
        """The instant of the virtual clock."""
        return BEGIN + timedelta(seconds=self.passed)


def run(loop: VirtualLoop, work: Coroutine[Any, Any, Any]) -> Any:
    """The result of `work` on a virtual loop, which stays open."""
    return loop.run_until_complete(work)


class Transport(httpx.AsyncBaseTransport):
    """The way to a double that needs no socket."""

    def __init__(self, service: Service, seed: int = 1) -> None:
        self.service, self.draw = service, random.Random(seed)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self.draw.uniform(0.01, 0.3))
        headers = {name.lower(): value for name, value in request.headers.items()}
        found = self.service.answer(request.method, request.url.raw_path.decode(), headers, await request.aread())
        if found.delivery == "reset":
            raise httpx.ReadError("connection reset", request=request)
        if found.delivery == "slow":
            await asyncio.sleep(request.extensions["timeout"]["read"])
            raise httpx.ReadTimeout("too late", request=request)
        return httpx.Response(found.status, headers=found.headers, stream=_Body(found, request))


class _Body(httpx.AsyncByteStream):
    def __init__(self, found: Answer, request: httpx.Request) -> None:
        self.found, self.request = found, request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self.found.delivery == "drip":
            for place in range(len(self.found.body)):
                await asyncio.sleep(20)
                yield self.found.body[place : place + 1]
            return
        if self.found.delivery == "cut":
            yield self.found.body[:-2]
            raise httpx.RemoteProtocolError("peer closed connection", request=self.request)
        yield self.found.body
