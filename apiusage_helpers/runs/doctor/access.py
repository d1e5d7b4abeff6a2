"""Access to Genesys Cloud, looked at before it is needed: credentials, region, token, permissions, clocks.

Every OAuth client that `apiusage fetch` would use is asked for a token and for one day of each service. No value of a
credential is ever told; a permission that is lacking is told as the platform spells it.
"""

import asyncio
import os
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from apiusage_helpers.errors import ApiUsageError, ParameterError, SourceError
from apiusage_helpers.genesys_cloud.credentials import (
    ID,
    REGION,
    SECRET,
    Credentials,
    read_credentials,
    usable_profiles,
)
from apiusage_helpers.genesys_cloud.oauth_clients import ask_clients
from apiusage_helpers.genesys_cloud.queries import may_ask
from apiusage_helpers.genesys_cloud.rate_limits import Pace, skew_words
from apiusage_helpers.genesys_cloud.regions import region_host
from apiusage_helpers.genesys_cloud.session import Means, Session, open_session

Line = tuple[str, str]
_QUICKLY = Pace(call=20, silence=10, connect=5, connect_for=6, retry_for=10, tries=2)
_OF_NOBODY = "check"  # the environment's OAuth client belongs to any organization that is named


@dataclass(frozen=True)
class Access:
    """What was found, as states and texts, and whether every OAuth client that is set can fetch days."""

    lines: tuple[Line, ...]
    sound: bool


def access_lines(means: Means | None = None) -> Access:
    """The state of the credentials of the environment and of each profile, tried on the platform."""
    lines = list(_variables())
    sound = all(state != "attention" for state, _ in lines)
    found, faults = _clients()
    for fault in faults:
        lines.append(("attention", str(fault)))
        sound = False
    for credentials in found:
        try:
            found_lines, allowed = asyncio.run(_tried(credentials, means or Means(_QUICKLY)))
            lines += found_lines
            sound = sound and allowed
        except ApiUsageError as fault:
            lines.append(("attention", f"{credentials.place}: {fault}"))
            sound = False
    return Access(tuple(lines), sound)


def _variables() -> Iterator[Line]:
    for name in (REGION, ID, SECRET):
        there = bool(os.environ.get(name))
        yield ("ok" if there else "note", f"{name} is {'set' if there else 'not set'}")
    yield from _half()
    yield from _region()


def _half() -> Iterator[Line]:
    """What is lacking where one of id and secret is set: nothing can be fetched with it."""
    for name, other in ((ID, SECRET), (SECRET, ID)):
        if os.environ.get(name) and not os.environ.get(other):
            yield "attention", f"{name} is set and {other} is not: set both, or neither"


def _region() -> Iterator[Line]:
    """What is wrong with the region that is set, also before an id and a secret are."""
    region = os.environ.get(REGION, "").strip()
    if region and not (os.environ.get(ID) and os.environ.get(SECRET)):
        try:
            region_host(region, REGION)
        except ParameterError as fault:
            yield "attention", str(fault)


def _clients() -> tuple[list[Credentials], list[ParameterError]]:
    """The OAuth clients that are set whole, and the faults of those that are set in a wrong way."""
    faults: list[ParameterError] = []
    found: list[Credentials] = []
    try:
        usable, wrong = usable_profiles()
        found, faults = list(usable.values()), list(wrong.values())
        if os.environ.get(ID) and os.environ.get(SECRET) and _OF_NOBODY not in usable:
            found.append(read_credentials(_OF_NOBODY))
    except ParameterError as fault:
        faults.append(fault)
    return found, faults


async def _tried(credentials: Credentials, means: Means) -> tuple[list[Line], bool]:
    """What the platform answers an OAuth client, and whether it gives days; SourceError when it gives no token."""
    async with open_session(credentials, means) as session:
        lines: list[Line] = [("ok", f"{credentials.place}: {credentials.login_url} gives a token")]
        yesterday = session.server_now().date() - timedelta(days=1)
        usage = await _allowed(may_ask(session, "usage", yesterday), f"{credentials.place}: days (usage/query)")
        jobs = await _allowed(may_ask(session, "jobs", yesterday), f"{credentials.place}: days (--service jobs)")
        clients = await _allowed(ask_clients(session), f"{credentials.place}: the client directory")
        allowed = "ok" in {usage[0], jobs[0]}
        lines += [usage, jobs if jobs[0] == "ok" or not allowed else ("note", jobs[1]), clients, _clock(session)]
    return lines, allowed


async def _allowed(ask: Awaitable[object], what: str) -> Line:
    try:
        await ask
    except SourceError as fault:
        return "attention", f"{what}: {fault}"
    return "ok", f"{what}: allowed"


def _clock(session: Session) -> Line:
    told = skew_words(session.skew)
    if told:
        return "attention", f"clock: {told}: set it; fetching follows the server's"
    return "ok", f"clock: within {abs(round(session.skew.total_seconds()))} s of the server's"
