"""Tokens, waits, deadlines and links of a conversation, on a virtual clock."""

import json
from datetime import timedelta

import httpx
import msgspec
import pytest
from double import answers, faults

from apiusage_helpers.errors import ParameterError, SourceError
from apiusage_helpers.genesys_cloud.credentials import Credentials
from apiusage_helpers.genesys_cloud.error_bodies import words
from apiusage_helpers.genesys_cloud.oauth_clients import ask_clients
from apiusage_helpers.genesys_cloud.rate_limits import Pace
from apiusage_helpers.genesys_cloud.session import Means, call, open_session

CLIENTS = "/api/v2/oauth/clients"


async def ask(session):
    return await call(session, "GET", CLIENTS, msgspec.json.decode)


def tokens(service) -> int:
    return service.requests.count("POST /oauth/token")


@pytest.mark.parametrize(
    ("fault", "least", "most"),
    [("429 after", 5, 6), ("429 date", 6, 8), ("503 after", 3, 4), ("429", 0.5, 2), ("500", 0.5, 2), ("reset", 0.5, 2),
     ("slow", 60, 63), ("drip", 300, 303)],
)  # fmt: skip
def test_how_long_a_fault_is_waited_for(converse, service, loop, fault: str, least: float, most: float) -> None:
    """Retry-After to the second, else a short wait with jitter; a silent answer 60 s, a dripping one 300 s in all."""
    service.schedule = faults.in_turn([fault], route=CLIENTS)
    converse(ask)

    assert least <= loop.passed <= most + 2


def test_a_retry_after_beyond_the_limit_ends_with_what_it_asks(converse, service) -> None:
    """Six hours are not slept through; the message names them."""
    service.answer = lambda *_: answers.throttled(21600)  # type: ignore[method-assign]
    with pytest.raises(SourceError, match=r"429 too.many.requests.*says to wait 21600 s"):
        converse(ask)


def test_lasting_faults_end_within_the_limit(converse, service, loop) -> None:
    """A service that stays broken is given up after some tries, with its words and correlation id."""
    service.schedule = lambda route: "500" if CLIENTS in route else None
    with pytest.raises(SourceError, match=r"500 internal.server.error.*correlation id c-\d+.*gave up after 8 tries"):
        converse(ask)

    assert loop.passed < 900


def test_a_token_is_renewed_before_it_ends(converse, service, loop) -> None:
    """No request is made with a token that is about to end, and none is wasted."""
    service.token_seconds = 300

    async def two(session):
        import asyncio

        await ask(session)
        await asyncio.sleep(280)
        return await ask(session)

    converse(two)

    assert tokens(service) == 2
    assert service.requests.count(f"GET {CLIENTS}") == 2


def test_a_token_that_was_accepted_before_is_renewed_on_a_401(converse, service) -> None:
    """Once; the call goes on with the new one."""
    service.schedule = faults.in_turn([None, "expired"], route=CLIENTS)

    async def two(session):
        await ask(session)
        return await ask(session)

    converse(two)

    assert tokens(service) == 2


def test_a_token_just_issued_that_one_server_does_not_know_is_asked_for_again(converse, service) -> None:
    """Twice, with a pause: another server of the platform may know it by then."""
    service.schedule = faults.in_turn(["expired"] * 2, route=CLIENTS)
    converse(ask)

    assert tokens(service) == 3


def test_a_401_that_lasts_on_tokens_just_issued_is_final(converse, service) -> None:
    """The message says what it may mean."""
    service.schedule = faults.in_turn(["expired"] * 3, route=CLIENTS)
    with pytest.raises(SourceError, match=r"401 bad.credentials.*token just issued"):
        converse(ask)

    assert tokens(service) == 3


def test_an_unknown_oauth_client_is_told_without_its_secret(converse, service, acme) -> None:
    """The platform's words, where the credentials came from, and no value of them."""
    acme.secret = "another"  # after the credentials were made
    service.organizations[0].client_id = "another"
    with pytest.raises(SourceError, match="invalid_client: client not found") as fault:
        converse(ask)

    assert "a test" in str(fault.value)
    assert "canary" not in str(fault.value)


@pytest.mark.parametrize("link", ["https://elsewhere.example/x", "//elsewhere.example/x", "http://127.0.0.1:2/x"])
def test_links_to_another_host_are_refused(converse, service, link: str) -> None:
    """Nothing is asked there, so no token goes there."""

    async def follow(session):
        return await call(session, "GET", link, msgspec.json.decode)

    with pytest.raises(SourceError, match="another host"):
        converse(follow)
    assert service.requests == ["POST /oauth/token"]


def test_the_rate_is_kept_below_what_the_headers_allow(converse, service, loop) -> None:
    """100 requests where 30 a minute are allowed: never more in any minute, never a 429, and not slower than needed."""
    service.allowed = 30

    async def many(session):
        for _ in range(100):
            await ask(session)

    converse(many)

    assert service.violations == []
    assert 180 <= loop.passed <= 300


def test_others_that_share_the_token_are_left_room(converse, service, loop) -> None:
    """The count in the headers is more than was sent: the rest of the minute is waited for."""

    async def shared(session):
        await ask(session)
        for token in service.tokens.values():
            token.window = (token.window[0], 280)
        await ask(session)
        before = loop.passed
        await ask(session)
        return loop.passed - before

    assert converse(shared) > 50


def test_a_redirect_is_no_answer(converse, service) -> None:
    """A 3xx is not followed: it may lead elsewhere."""
    original = service.answer

    def redirected(method, target, headers, body):
        found = original(method, target, headers, body)
        if CLIENTS in target:
            found.status, found.headers["Location"] = 302, "https://elsewhere.example/"
        return found

    service.answer = redirected
    with pytest.raises(SourceError, match="302"):
        converse(ask)


def test_a_host_that_cannot_be_reached_is_told_soon(converse, loop) -> None:
    """Within a minute and a half, with its address."""

    class Nowhere(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            raise httpx.ConnectError("no route", request=request)

    with pytest.raises(SourceError, match=r"http://127.0.0.1:1 cannot be reached"):
        converse(ask, transport=Nowhere())
    assert loop.passed < 90


def test_the_servers_clock_is_known(converse, service) -> None:
    """From the Date headers."""
    service.skew = timedelta(hours=-3)

    async def skew(session):
        return session.skew

    assert abs(converse(skew) - timedelta(hours=-3)) < timedelta(seconds=2)


def test_only_listed_fields_of_a_client_are_read(converse, acme) -> None:
    """Name, grant type and state; the secret of the platform's own schema is never decoded."""
    found = converse(ask_clients)

    assert {client.id for client in found} == set(acme.clients)
    assert "canary" not in repr(found)


def test_all_pages_of_the_directory_are_read(converse, acme) -> None:
    """Sixty clients stand on three pages."""
    for number in range(60):
        acme.clients[f"c{number}"] = {
            "id": f"c{number}",
            "name": f"N {number}",
            "authorizedGrantType": "CODE",
            "state": "active",
        }

    assert len(converse(ask_clients)) == len(acme.clients)


def test_the_backoff_doubles_with_jitter_up_to_its_limit() -> None:
    """Half of it is left to chance."""
    import random

    waits = [Pace().backoff(n, random.Random(1)) for n in range(1, 20)]

    assert 0.5 <= waits[0] <= 1
    assert all(30 <= wait <= 60 for wait in waits[7:])


def test_a_secret_is_hidden_before_a_text_is_cut() -> None:
    """An echo that crosses the cut leaves no part of it."""
    body = json.dumps({"message": "x" * 280 + " Bearer canary-0123456789abcdefghijkl"}).encode()
    told = words(400, {}, body, lambda text: text.replace("canary-0123456789abcdefghijkl", "***"))

    assert "canary" not in told


@pytest.mark.parametrize("variable", ["ALL_PROXY", "HTTPS_PROXY"])
def test_a_proxy_that_cannot_be_used_is_told(loop, monkeypatch, variable: str) -> None:
    """Its kind is named, not its address, which may hold a password."""
    monkeypatch.setenv(variable, "strange://user:canary@proxy.example:1")
    somebody = Credentials("acme", "id", "secret", "https://api.example", "https://login.example", "a test")

    async def opened() -> None:
        async with open_session(somebody, Means()):
            pass

    with pytest.raises(ParameterError, match="proxy of the environment") as raised:
        loop.run_until_complete(opened())
    assert "canary" not in str(raised.value)
