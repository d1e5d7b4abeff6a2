"""An invented organization that looks real: what an administrator may meet in API usage, in 120 days.

About a dozen integrations of the usual kinds call template URIs of the Genesys Cloud Public API. Among them is each kind of
finding: a client that polls day and night, a storm of 429 after a release, expired credentials, a day of server errors, a
URL that fails for one client, clients that are new, silent, renamed, deleted, unknown or without an owner, and clients with
new habits. The same seed gives the same rows for the same day; nothing here is measured from a real organization.
With `hostile` some clients bear names that break careless reports.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa

from apiusage_helpers.interval import Interval, previous_days
from apiusage_helpers.names import SAMPLE_DAYS
from apiusage_helpers.usage import USAGE_SCHEMA, check_usage

Request = tuple[str, str, float]
_WORKDAYS = (1.0, 1.04, 1.02, 0.98, 0.9, 0.22, 0.12)
_SHOPDAYS = (0.95, 0.95, 0.97, 1.0, 1.1, 1.05, 0.7)
_EVERY_DAY = (1.0,) * 7
_INCIDENT_BACK = 3


@dataclass(frozen=True)
class _Client:
    """One invented integration: requests a day, their URLs with weights, rhythm, growth a year, rates of outcomes.

    `starts` and `ends` are days before the end of the sample; `storm` and `expired` spans of such days. `called` is its name
    before the last days, `later` a request that it makes on the last days only, `mix` the weights of its URLs on them, and
    `faulty` a URL that fails for it alone on a span of days.
    """

    name: str
    daily: float
    requests: Sequence[Request]
    week: Sequence[float] = _WORKDAYS
    growth: float = 0.15
    noise: float = 0.08
    refused: float = 0.01
    throttled: float = 0.0005
    redirected: float = 0.0
    starts: int | None = None
    ends: int = 0
    storm: tuple[int, int] | None = None
    expired: tuple[int, int] | None = None
    broken: float = 0.0008
    called: tuple[str, int] | None = None
    later: tuple[Request, int] | None = None
    mix: tuple[Sequence[float], int] | None = None
    faulty: tuple[int, tuple[int, int], float] | None = None
    listed: str = "active"
    extra: list[Request] = field(default_factory=list)


_CONVERSATION = "api/v2/conversations/{conversationId}"
_CLIENTS = (
    _Client(
        "Data warehouse export",
        38_000,
        (
            ("POST", "api/v2/analytics/conversations/details/query", 5),
            ("GET", "api/v2/analytics/conversations/details/jobs/{jobId}", 3),
            ("GET", "api/v2/analytics/conversations/details/jobs/{jobId}/results", 6),
            ("POST", "api/v2/analytics/conversations/details/jobs", 0.2),
            ("POST", "api/v2/analytics/users/aggregates/query", 1),
        ),
        week=_EVERY_DAY,
        growth=0.5,
    ),
    _Client(
        "Wallboard Europe",
        96_000,
        (("GET", "api/v2/users/presences/purecloud/bulk", 40), ("POST", "api/v2/notifications/channels", 0.01)),
        week=_EVERY_DAY,
        growth=0.0,
        noise=0.002,
        redirected=0.001,
    ),
    _Client(
        "CRM sync",
        61_000,
        (
            ("GET", _CONVERSATION, 8),
            ("PATCH", f"{_CONVERSATION}/participants/{{participantId}}/attributes", 4),
            ("GET", "api/v2/externalcontacts/reversewhitepageslookup", 5),
            ("PUT", "api/v2/externalcontacts/contacts/{contactId}", 2),
            ("POST", "api/v2/externalcontacts/contacts", 0.5),
        ),
        growth=0.3,
        storm=(9, 2),
    ),
    _Client(
        "Data actions",
        47_000,
        (
            ("GET", "api/v2/routing/queues/{queueId}/estimatedwaittime", 7),
            ("GET", "api/v2/flows/datatables/{datatableId}/rows/{rowId}", 6),
            ("GET", "api/v2/users/{userId}/queues", 1),
            ("POST", "api/v2/conversations/callbacks", 0.6),
        ),
        week=_SHOPDAYS,
        refused=0.03,
    ),
    _Client(
        "Data actions",
        9_000,
        (
            ("PUT", "api/v2/flows/datatables/{datatableId}/rows/{rowId}", 3),
            ("POST", "api/v2/integrations/actions/{actionId}/execute", 2),
        ),
        week=_SHOPDAYS,
        growth=2.0,
        starts=5,
        listed="",
    ),
    _Client(
        "Recording archive",
        14_000,
        (
            ("GET", f"{_CONVERSATION}/recordings", 4),
            ("GET", f"{_CONVERSATION}/recordingmetadata", 3),
            ("POST", "api/v2/recording/batchrequests", 0.4),
            ("GET", "api/v2/recording/batchrequests/{jobId}", 2),
        ),
        week=_EVERY_DAY,
        redirected=0.02,
        ends=9,
    ),
    _Client(
        "Identity provider (SCIM)",
        5_200,
        (
            ("GET", "api/v2/scim/v2/users", 6),
            ("PATCH", "api/v2/scim/v2/users/{userId}", 2),
            ("GET", "api/v2/authorization/roles", 0.5),
        ),
        week=_EVERY_DAY,
        expired=(4, 0),
    ),
    _Client(
        "Workforce planning",
        12_500,
        (
            ("GET", "api/v2/workforcemanagement/adherence", 6),
            ("PATCH", "api/v2/users/{userId}/presences/{sourceId}", 2),
            ("POST", "api/v2/workforcemanagement/managementunits/{managementUnitId}/agentschedules/search", 1),
        ),
        called=("WFM adapter", 3),
    ),
    _Client(
        "Campaign lists",
        7_800,
        (
            ("POST", "api/v2/outbound/contactlists/{contactListId}/contacts", 5),
            ("GET", "api/v2/outbound/campaigns", 1),
            ("PATCH", "api/v2/outbound/dnclists/{dncListId}/phonenumbers", 0.4),
            ("DELETE", "api/v2/outbound/contactlists/{contactListId}/contacts", 0.3),
        ),
        growth=1.4,
        refused=0.02,
        faulty=(2, (5, 4), 0.6),
    ),
    _Client(
        "Bot middleware",
        21_000,
        (
            ("POST", "api/v2/conversations/messages/{integrationId}/inbound/open/message", 5),
            ("POST", "api/v2/knowledge/knowledgebases/{knowledgeBaseId}/documents/search", 3),
            ("POST", "api/v2/conversations/messages/agentless", 0.7),
        ),
        week=_SHOPDAYS,
        growth=0.8,
    ),
    _Client(
        "Agent status board",
        3_400,
        (
            ("GET", "api/v2/users", 3),
            ("GET", "api/v2/users/{userId}/routingstatus", 5),
            ("GET", "api/v2/routing/queues", 2),
        ),
        refused=0.05,
        mix=((9, 2, 1), 6),
        listed="deleted",
    ),
    _Client(
        "API usage and audit",
        420,
        (
            ("HEAD", "api/v2/tokens/me", 4),
            ("POST", "api/v2/usage/query", 0.1),
            ("GET", "api/v2/usage/query/{executionId}/results", 0.6),
            ("POST", "api/v2/audits/query", 0.3),
            ("GET", "api/v2/oauth/clients", 0.2),
        ),
        week=_EVERY_DAY,
        growth=0.0,
        later=(("GET", "api/v2/authorization/divisions", 0.8), 4),
    ),
)
_HOSTILE = {
    0: "Nightly export of conversations, participants and sessions to the data warehouse (production, all regions)",
    1: 'Wallboard "North"',
    5: "通話録音アーカイブ",
    6: "Identités & accès (SCIM)",
    7: "WFM-Anbindung München",
    8: "=IMPORT(campaign lists)",
    9: "<script>alert('bot middleware')</script>",
    10: "Cost $ave $ync",
}


def sample_usage(  # noqa: PLR0913  # each is an option of the command
    *,
    today: date,
    days: int = SAMPLE_DAYS,
    clients: int = 12,
    template_uris: int | None = None,
    seed: int = 1,
    hostile: bool = False,
) -> tuple[pa.Table, Interval]:
    """The sample's usage table and its interval: `days` UTC days that end the day before `today`.

    Beyond the dozen described above, further `clients` are invented; `template_uris` adds invented ones, marked as such
    (api/v2/sample/invented/...), until there are that many. `hostile` gives some of them names that break careless reports.
    """
    interval = previous_days(days, today)
    chosen = _with_invented_uris(_chosen_clients(clients, seed, hostile=hostile), template_uris, seed)
    incident = today.toordinal() - interval.start.toordinal() - 1 - _INCIDENT_BACK
    tables = [_client_rows(client, n, interval, incident, seed) for n, client in enumerate(chosen)]
    return check_usage(pa.concat_tables(tables).combine_chunks()), interval


def sample_clients(*, clients: int = 12, seed: int = 1) -> dict[str, tuple[str, str]]:
    """What the platform would list of the sample's OAuth clients: (name, state) by id; one that calls is not among them.

    A client in the state `deleted` is one that the platform listed before, and lists no longer.
    """
    chosen = _chosen_clients(clients, seed, hostile=False)
    return {_client_id(seed, n): (client.name, client.listed) for n, client in enumerate(chosen) if client.listed}


def _client_id(seed: int, number: int) -> str:
    """The id of a client: the first bytes of its own source of chance."""
    return str(uuid.UUID(bytes=_chance(seed, number).bytes(16), version=4))


def _chance(seed: int, number: int) -> np.random.Generator:
    """The source of chance of one client, so that a change to one changes no other."""
    return np.random.default_rng([seed, 3, number])


def _chosen_clients(count: int, seed: int, *, hostile: bool) -> list[_Client]:
    draw = np.random.default_rng([seed, 1])
    catalogue = [request for client in _CLIENTS for request in client.requests]
    further = [
        _Client(
            f"Invented integration {n}",
            float(draw.lognormal(6.5, 1.4)),
            [catalogue[place] for place in draw.choice(len(catalogue), 4, replace=False)],
        )
        for n in range(len(_CLIENTS) + 1, count + 1)
    ]
    first = _CLIENTS[:count]
    named = [replace(client, name=_HOSTILE.get(n, client.name), called=None) for n, client in enumerate(first)]
    return [*(named if hostile else first), *further]


def _with_invented_uris(clients: list[_Client], template_uris: int | None, seed: int) -> list[_Client]:
    known = {uri for client in clients for _, uri, _ in client.requests}
    draw = np.random.default_rng([seed, 2])
    extra: list[list[Request]] = [[] for _ in clients]
    for n in range(max(0, (template_uris or 0) - len(known))):
        for place in draw.choice(len(clients), min(2, len(clients)), replace=False):
            extra[place].append(("GET", f"api/v2/sample/invented/{n + 1}/{{itemId}}", float(draw.lognormal(-4, 1))))
    return [replace(client, extra=more) for client, more in zip(clients, extra, strict=True)]


def _client_rows(client: _Client, number: int, interval: Interval, incident: int, seed: int) -> pa.Table:
    """The rows of one client: every day with every one of its URLs, without those of 0 requests."""
    draw = _chance(seed, number)
    draw.bytes(16)  # those of its id
    later = [client.later[0]] if client.later else []
    requests = [*client.requests, *client.extra, *later]
    counts = draw.poisson(_expected(client, requests, interval, draw))
    outcomes = _outcomes(client, counts, incident, draw)
    day, url = np.nonzero(counts)
    dates = np.array(interval.days, dtype="datetime64[D]")
    columns = {
        "date": pa.array(dates[day]),
        "client_id": pa.repeat(_client_id(seed, number), len(day)),
        "client_name": pa.array(_names(client, len(interval))[day], pa.string()),
        "http_method": pa.array([requests[place][0] for place in url], pa.string()),
        "template_uri": pa.array([requests[place][1] for place in url], pa.string()),
        "requests": pa.array(counts[day, url]),
        **{name: pa.array(figures[day, url]) for name, figures in outcomes.items()},
    }
    return pa.table(columns).select(USAGE_SCHEMA.names).cast(USAGE_SCHEMA)


def _names(client: _Client, days: int) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """The name that a client bears on each day."""
    names = np.full(days, client.name, dtype=object)
    if client.called:
        names[: max(0, days - client.called[1])] = client.called[0]
    return names


def _expected(
    client: _Client, requests: Sequence[Request], interval: Interval, draw: np.random.Generator
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """The expected requests of each day and URL."""
    ages = np.arange(len(interval) - 1, -1, -1)
    weekdays = np.array([client.week[day.weekday()] for day in interval.days])
    growth = (1 + client.growth) ** (-ages / 365)
    alive = (ages >= client.ends) & ((ages < client.starts) if client.starts is not None else True)
    noise = np.exp(draw.normal(0, client.noise, len(interval)))
    weights = np.array([weight for _, _, weight in requests])
    parts = np.tile(weights / weights.sum(), (len(interval), 1))
    if client.later:
        parts[ages >= client.later[1], -1] = 0
    if client.mix:
        mixed = np.array([*client.mix[0], *weights[len(client.mix[0]) :]])
        parts[ages < client.mix[1]] = mixed / mixed.sum()
    a_day = client.daily * weekdays * growth * alive * noise * np.where(_in(client.storm, ages), 1.6, 1.0)
    return np.asarray(a_day[:, None] * parts)


def _outcomes(
    client: _Client, counts: "np.ndarray[tuple[int, int], np.dtype[np.int64]]", incident: int, draw: np.random.Generator
) -> "dict[str, np.ndarray[tuple[int, int], np.dtype[np.int64]]]":
    """The statuses of counts by day and URL, drawn one after another from what is left: 429 is inside 400."""
    ages = np.arange(len(counts) - 1, -1, -1)
    broken = np.where(np.arange(len(counts)) == incident, draw.uniform(0.06, 0.2), client.broken)
    throttled = np.where(_in(client.storm, ages), 0.34, client.throttled)
    refused = np.where(_in(client.expired, ages), 0.97, client.refused)
    left, drawn = counts, []
    for number, rate in enumerate((broken, throttled, refused, np.full(len(counts), client.redirected))):
        rates = np.tile(rate[:, None], counts.shape[1])
        if number == 0 and client.faulty:
            url, span, share = client.faulty
            rates[_in(span, ages), url] = share
        drawn.append(draw.binomial(left, rates))
        left = left - drawn[-1]
    status500, status429, others, status300 = drawn
    return {
        "status200": left,
        "status300": status300,
        "status400": others + status429,
        "status429": status429,
        "status500": status500,
    }


def _in(
    span: tuple[int, int] | None, ages: "np.ndarray[tuple[int], np.dtype[np.int64]]"
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which days lie within a span of ages (older end first)."""
    return (ages <= span[0]) & (ages >= span[1]) if span else np.zeros(len(ages), bool)
