"""A fetch: the wanted days of an organization, or of all, asked for month by month and stored as they come.

Each month is committed whole before the next is asked for, so an interrupted fetch goes on where it stopped.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from apiusage_helpers.errors import ApiUsageError, ParameterError, SourceError, defect
from apiusage_helpers.fetching import fetch_progress
from apiusage_helpers.fetching.wanted_days import Order, by_month, no_longer_given, refuse_interval, wanted_days
from apiusage_helpers.genesys_cloud.credentials import (
    Credentials,
    own_profile_lacks,
    read_credentials,
    usable_profiles,
)
from apiusage_helpers.genesys_cloud.oauth_clients import ask_clients
from apiusage_helpers.genesys_cloud.platform_organization import ask_organization
from apiusage_helpers.genesys_cloud.queries import SERVICES, ServiceName, ask_usage
from apiusage_helpers.genesys_cloud.rate_limits import skew_words
from apiusage_helpers.genesys_cloud.service_differences import Difference, differences
from apiusage_helpers.genesys_cloud.session import Means, Session, open_session
from apiusage_helpers.interval import Interval
from apiusage_helpers.store import ListedClient, Origin, Written, identities, write_clients, write_days
from apiusage_helpers.text import counted
from apiusage_helpers.usage import organization_name

AT_ONCE = 10  # organizations


@dataclass(frozen=True)
class Fetched:
    """What a fetch brought: the days it changed, the clients listed now, and where the two services differ."""

    organization: str
    service: ServiceName
    written: Written
    clients: int
    differences: tuple[Difference, ...] = ()


def fetch_organization(
    organization: str, order: Order | None = None, *, tell: Callable[[str], None] = lambda _: None
) -> Fetched:
    """What fetching an organization's usage changed in the store; every month that arrived is kept, whatever follows.

    ParameterError for missing credentials or an interval that cannot be asked for; SourceError when the service gives
    no whole answer; UsageError when its rows contradict each other; StoreError when the credentials are another organization's.
    """
    credentials = read_credentials(organization)
    return asyncio.run(fetch_days(credentials, order or Order(), tell=tell))


def why_not_fetched(organization: str, named: str | Sequence[str]) -> str:
    """Why a report of the organizations `named` takes the days of one of them as stored; nothing when it is to be fetched.

    A report that names one organization means the environment by it, as `apiusage fetch` does. Of several, or of
    `all`, only those with a profile of their own are fetched: the environment's days would replace those of the others.
    """
    if [organization] == ([named] if isinstance(named, str) else list(named)):
        return ""
    with suppress(ParameterError):  # a file of profiles that cannot be read is told by the fetch
        return own_profile_lacks(organization)
    return ""


def fetch_all(order: Order, *, tell: Callable[[str], None] = lambda _: None) -> Mapping[str, Fetched | ApiUsageError]:
    """The outcome for the organization of every profile, several at a time; one that fails does not stop the rest.

    ParameterError when there is no profile.
    """
    usable, faults = usable_profiles()
    if not usable and not faults:
        raise ParameterError(
            "organization all: the platform CLI has no profiles; make one for each organization by `gc profiles new`"
        )
    return {**faults, **asyncio.run(_all(list(usable.values()), order, tell))}


async def fetch_days(
    credentials: Credentials,
    order: Order,
    means: Means | None = None,
    *,
    tell: Callable[[str], None] = lambda _: None,
    root: Path | None = None,
) -> Fetched:
    """As `fetch_organization`, on the event loop that is running; its clock is the clock of all waits."""
    name = organization_name(credentials.organization)

    def say(message: str) -> None:
        tell(f"{name}: {message}")

    async with open_session(credentials, means or Means(), say) as session:
        work = _Work(session, order, session.server_now().date(), say, root)
        _tell_skew(work)
        refuse_interval(order, work.today)
        await _bind(work)
        written = Written()
        begun = _begun(work)
        for days in by_month(wanted_days(name, order, work.today, begun, root=root)):
            written += await _fetch_month(work, days)
            if begun:
                fetch_progress.reached(name, begun, days[-1], root=root)
        clients = await _fetch_clients(work)
        if order.interval is not None:
            fetch_progress.ended(name, root=root)
    return Fetched(name, order.service, written, clients, differences(work.apart))


@dataclass(frozen=True)
class _Work:
    """A fetch that is going on: `today` is the server's UTC date, `apart` holds the rows of both services."""

    session: Session
    order: Order
    today: date
    say: Callable[[str], None]
    root: Path | None
    apart: list[pa.Table] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The organization that is fetched."""
        return self.session.credentials.organization


async def _bind(work: _Work) -> None:
    """The store keeps which organization of the platform this is. StoreError where it has kept another one."""
    found = await ask_organization(work.session)
    if found is None:
        work.say("this role may not read which organization it belongs to, so a wrong profile would not be noticed")
        return
    known = identities.Identity(found.id, found.name)
    await asyncio.to_thread(identities.bind, work.name, known, rebind=work.order.rebind, root=work.root)


async def _fetch_month(work: _Work, days: Sequence[date]) -> Written:
    """What the answer for the days of one month changed in the store."""
    service, interval = work.order.service, Interval(days[0], days[-1])
    work.say(f"asking {SERVICES[service].source} for {interval.start} to {interval.end}")
    found = await ask_usage(work.session, service, interval, today=work.today)
    usage = found.usage
    if len(days) < len(interval):
        usage = usage.filter(pc.is_in(usage["date"], pa.array(days, pa.date32())))
    origin = Origin(SERVICES[service].source, found.at, fetched=True)
    kept = no_longer_given(work.name, work.today, usage, days, root=work.root)
    given = [day for day in days if day not in kept]
    written = Written()
    if given:
        written = await asyncio.to_thread(write_days, work.name, usage, given, origin, root=work.root)
    kept_words = [_kept_words(work.name, kept)] if kept else []
    for line in (*found.notes, *kept_words, *written.told()):
        work.say(line)
    if work.order.compare:
        await _compare(work, interval, found.usage)
    return written


def _kept_words(organization: str, kept: Sequence[date]) -> str:
    span = Interval(kept[0], kept[-1])
    return (
        f"{counted(len(kept), 'day')} of {span} with requests in the store and no row in the answer: kept as stored "
        f"(to take the answer: apiusage forget --organization {organization} --interval {span}, then fetch)"
    )


async def _compare(work: _Work, interval: Interval, usage: pa.Table) -> None:
    """The rows of both services for an interval are kept apart; those of the other one are not stored."""
    other: ServiceName = "jobs" if work.order.service == "usage" else "usage"
    second = await ask_usage(work.session, other, interval, today=work.today)
    for service, rows in ((work.order.service, usage), (other, second.usage)):
        work.apart.append(rows.append_column("service", pa.repeat(pa.scalar(service), rows.num_rows)))


async def _fetch_clients(work: _Work) -> int:
    """The number of OAuth clients that the platform lists; where it does not list them whole, what was known is kept.

    The days are whole without them, so it is told and is no failure.
    """
    try:
        listed = await ask_clients(work.session)
    except SourceError as fault:
        work.say(f"the client directory was not read: {fault}")
        return 0
    clients = [ListedClient(c.id, c.name or "", c.authorized_grant_type or "", c.state or "") for c in listed]
    await asyncio.to_thread(write_clients, work.name, clients, work.session.server_now(), root=work.root)
    return len(clients)


def _tell_skew(work: _Work) -> None:
    told = skew_words(work.session.skew)
    if told:
        work.say(f"{told}; days follow the server's")


def _begun(work: _Work) -> fetch_progress.Begun | None:
    """The fetch of an interval, perhaps one that was interrupted; None where nothing is to be gone on with.

    Without an interval the store itself tells what is missing; of a comparison both services are held against each
    other over all that was asked for.
    """
    order = work.order
    if order.interval is None or order.compare:
        return None
    began = work.session.server_now().replace(microsecond=0)
    return fetch_progress.begun(work.name, f"{SERVICES[order.service].source} {order.interval}", began, root=work.root)


async def _all(
    organizations: Sequence[Credentials], order: Order, tell: Callable[[str], None]
) -> dict[str, Fetched | ApiUsageError]:
    """The outcome of each organization; `AT_ONCE` of them at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(credentials: Credentials) -> Fetched | ApiUsageError:
        async with places:
            try:
                return await fetch_days(credentials, order, tell=tell)
            except ApiUsageError as fault:
                tell(f"{credentials.organization}: {fault}")
                return fault
            except Exception as fault:  # noqa: BLE001  # a defect in one organization must not stop the others
                tell(f"{credentials.organization}: {defect(fault)}")
                return SourceError(defect(fault))

    outcomes = await asyncio.gather(*map(one, organizations))
    return {credentials.organization: outcome for credentials, outcome in zip(organizations, outcomes, strict=True)}
