"""Usage queries: asked, waited for, read to the last page, and checked against what was asked.

Two services answer. `usage` (usage/query) is closest to the platform's own report and to billing; `jobs`
(usage/aggregates/query/jobs) also counts built-in clients, goes back one year and gives pages. Both are asked for days
by OAuth client, method and template URI, and both give one checked usage table.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import msgspec
import pyarrow as pa

from apiusage_helpers.errors import ApiUsageError, ParameterError, SourceError, quoted
from apiusage_helpers.genesys_cloud.error_bodies import body_words, correlation
from apiusage_helpers.genesys_cloud.session import FORBIDDEN, Reply, Session, call
from apiusage_helpers.interval import Interval
from apiusage_helpers.sources.json_results import Page, page_rows, unknown_fields
from apiusage_helpers.sources.rows import JOBS, LEGACY, Result, Rows, Rules, checked_rows, identified

ServiceName = Literal["usage", "jobs"]
_GOING_ON = frozenset({"Queued", "Running"})
_METRICS = ("Requests", "Status200", "Status300", "Status400", "Status429", "Status500")
_PAGE_SIZE = 1000
_YEAR_DAYS = 365


@dataclass(frozen=True)
class Service:
    """One of the two services: its path, how it spells dimensions and intervals, its word for finished, its permission."""

    source: str
    path: str
    group_by: tuple[str, ...]
    finished: str
    results: str
    permission: str
    span: str


SERVICES: dict[ServiceName, Service] = {
    "usage": Service(
        LEGACY,
        "/api/v2/usage/query",
        ("OAuthClientId", "TemplateUri", "HttpMethod"),
        "Complete",
        "/api/v2/usage/query/{}/results",
        "OAuth > Client > View (oauth:client:view)",
        "{}/{}",
    ),
    "jobs": Service(
        JOBS,
        "/api/v2/usage/aggregates/query/jobs",
        ("OauthClientId", "OauthClientName", "TemplateUri", "HttpMethod"),
        "Succeeded",
        "/api/v2/usage/aggregates/query/jobs/{}",
        "Usage > Organization > View (usage:organization:view)",
        "{}T00:00:00/{}T23:59:59",
    ),
}


@dataclass(frozen=True)
class Answered:
    """The usage of the days asked for, as of an instant of the server's clock, and what to tell of it."""

    usage: pa.Table
    at: datetime
    notes: tuple[str, ...]


class _Started(msgspec.Struct, rename="camel"):
    id: str | None = None
    execution_id: str | None = None
    results_uri: str | None = None


async def ask_usage(session: Session, name: ServiceName, interval: Interval, *, today: date) -> Answered:
    """The usage of `interval` as a service tells it; `today` is the server's UTC date, which no row may bear.

    SourceError when the query ends otherwise than finished, or does not end in time; UsageError for rows that
    contradict each other or lie outside `interval`. Rows that do not add up are kept.
    """
    service, notes = SERVICES[name], list[str]()
    _refuse_today(interval, today)
    started = await _start(session, service, interval)
    at = session.server_now()
    parts = [part async for part in _parts(session, service, started, notes)]
    place = f"{service.source} of {session.credentials.organization}, {interval}"
    usage = await asyncio.to_thread(_checked, Result(tuple(parts), service.source), interval, today, place, notes)
    return Answered(usage, at, tuple(f"{place}: {note}" for note in dict.fromkeys(notes)))


async def may_ask(session: Session, name: ServiceName, day: date) -> None:
    """Nothing, when a query of one day is accepted; SourceError with the lacking permission otherwise."""
    await _start(session, SERVICES[name], Interval(day, day))


def oldest_day(name: ServiceName, today: date) -> date | None:
    """The oldest day that a service answers for; None when it sets no limit."""
    return date.fromordinal(today.toordinal() - _YEAR_DAYS) if name == "jobs" else None


def _refuse_today(interval: Interval, today: date) -> None:
    if interval.end >= today:
        raise ParameterError(f"interval {interval} touches {today} or later: only whole UTC days can be fetched")


async def _start(session: Session, service: Service, interval: Interval) -> str:
    """The link to the results of a query that has begun."""
    body = {
        "interval": service.span.format(interval.start, interval.end),
        "granularity": "Day",
        "groupBy": list(service.group_by),
        "metrics": list(_METRICS),
    }
    try:
        reply = await call(session, "POST", service.path, _started, body=body)
    except SourceError as fault:
        if fault.status != FORBIDDEN:
            raise
        needed = f"{fault}; a role of the OAuth client needs {service.permission}"
        raise SourceError(needed, status=fault.status) from None
    link = reply.value.results_uri or service.results.format(reply.value.execution_id or reply.value.id)
    return f"{link}?pageSize={_PAGE_SIZE}" if service.source == JOBS and "?" not in link else link


def _started(content: bytes) -> _Started:
    found = msgspec.json.decode(content, type=_Started)
    if not (found.results_uri or found.execution_id or found.id):
        raise msgspec.ValidationError("neither an id nor resultsUri")
    return found


async def _parts(session: Session, service: Service, link: str, notes: list[str]) -> AsyncIterator[Rows]:
    """The rows of each page of a query, as they arrive."""
    seen = {link}
    reply = await _finished(session, service, link, notes)
    while True:
        page, count = reply.value, len(seen)
        if page.service not in {None, service.source}:
            raise SourceError(f"{service.path}: the answer holds rows of another service; nothing of it was kept")
        further = page.next_uri
        if page.has_next and (not further or further in seen):
            raise SourceError(
                f"{service.path}: page {count} leads to no further page, or to one already read: try again"
            )
        label = f"page {count}, {'results' if service.source == LEGACY else 'entities'}[{{}}]"
        made = asyncio.to_thread(_table, page, service, label, notes)
        if not further:
            yield await made
            return
        seen.add(further)
        del page
        rows, reply = await asyncio.gather(
            made, call(session, "GET", further, _page)
        )  # the one while the other travels
        yield rows
        if reply.value.query_status not in {None, service.finished}:
            raise _ended(session, service, reply)


def _table(page: Page, service: Service, label: str, notes: list[str]) -> Rows:
    rows = page_rows(page, service.source, label, [], notes)
    page.results = page.entities = None  # their rows are a table now; a large result need not stand twice
    return identified(rows)


async def _finished(session: Session, service: Service, link: str, notes: list[str]) -> Reply[Page]:
    """The first page of a query, as soon as the service calls it finished."""
    clock, pace = asyncio.get_running_loop().time, session.means.pace
    started, wait = clock(), pace.poll_first

    def page(content: bytes) -> Page:
        found = _page(content)
        if found.query_status == service.finished:
            ignored = set(unknown_fields(content)) - session.ignored
            session.ignored |= ignored
            notes.extend([f"fields ignored: {', '.join(sorted(ignored))}"] if ignored else [])
        return found

    while True:
        await asyncio.sleep(wait)
        reply = await call(session, "GET", link, page)
        status = reply.value.query_status
        if status == service.finished:
            return reply
        if status not in _GOING_ON:
            raise _ended(session, service, reply)
        if clock() + wait - started > pace.poll_for:
            raise SourceError(
                f"{service.path}: still {status} after {clock() - started:.0f} s{correlation(reply.correlation_id)}: try later"
            )
        wait = min(max(pace.poll_first, pace.poll_share * (clock() - started)), pace.poll_most)


def _page(content: bytes) -> Page:
    found = msgspec.json.decode(content, type=Page)
    if found.query_status is None and found.service is None:
        raise msgspec.ValidationError("neither a status nor rows")
    return found


def _ended(session: Session, service: Service, reply: Reply[Page]) -> SourceError:
    """The fault of a query that ended without a result, in the service's own words."""
    said = body_words(reply.value.error_body, session.hidden)
    detail = f": {said}" if said else ""
    status = reply.value.query_status
    return SourceError(
        session.hidden(
            f"{service.path}: the query ended as {quoted(status)}{detail}{correlation(reply.correlation_id)}: ask again"
        )
    )


def _checked(result: Result, interval: Interval, today: date, place: str, notes: list[str]) -> pa.Table:
    """The checked rows of an answer; what breaks a rule is named with the query."""
    rules = Rules(today, interval, granularity="day", keep_uneven=True, by_name=result.source == JOBS)
    try:
        return checked_rows(result, rules, notes)
    except ApiUsageError as fault:
        raise type(fault)(f"{place}: {fault}") from None
