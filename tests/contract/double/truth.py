"""What the double's organizations did: rows by day that later answers must agree with."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

DAY = timedelta(days=1)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
URIS = (
    "api/v2/users", "api/v2/users/{userId}", "api/v2/conversations/{conversationId}", "api/v2/routing/queues",
    "api/v2/analytics/conversations/details/query", "api/v2/oauth/clients", "api/v2/notifications/channels",
)  # fmt: skip
PERMISSIONS = frozenset({"oauth:client:view", "usage:organization:view"})


@dataclass(frozen=True)
class Row:
    """Requests of one client with one method to one template URI on one day; `s400` holds `s429`."""

    date: date
    client: str
    method: str
    uri: str
    s200: int
    s300: int = 0
    s400: int = 0
    s429: int = 0
    s500: int = 0
    more: int = 0  # requests that no status tells of

    @property
    def requests(self) -> int:
        return self.s200 + self.s300 + self.s400 + self.s500 + self.more


@dataclass
class Organization:
    """One organization: who may ask for it, what it allows, its OAuth clients, and its rows."""

    name: str
    client_id: str
    secret: str
    clients: dict[str, dict[str, Any]]
    rows: list[Row]
    built_in: list[Row] = field(default_factory=list)
    permissions: frozenset[str] = PERMISSIONS
    beside: bool = False  # the jobs service tells 429 beside 400
    names: dict[str, str] = field(default_factory=dict)
    platform_id: str = ""
    identity_at: frozenset[str] = frozenset({"/api/v2/tokens/me", "/api/v2/organizations/me"})

    def restate(self, day: date, factor: int = 2) -> None:
        """Another truth for one day."""
        self.rows = [
            Row(row.date, row.client, row.method, row.uri, row.s200 * factor + 1, row.s300, row.s400, row.s429, row.s500)
            if row.date == day else row for row in self.rows
        ]  # fmt: skip

    def requests_by_day(self, *, built_in: bool = False) -> dict[date, int]:
        """The true requests of each day with traffic."""
        sums: dict[date, int] = {}
        for row in self.rows + (self.built_in if built_in else []):
            sums[row.date] = sums.get(row.date, 0) + row.requests
        return sums


def invented(
    name: str, today: date, *, seed: int = 1, days: int = 120, clients: int = 4, uris: int = 5
) -> Organization:
    """An organization with traffic on most of the `days` before `today`; every ninth day is without."""
    draw = random.Random(f"{name} {seed}")
    listed = {f"{draw.getrandbits(64):016x}": f"Client {n} of {name}" for n in range(clients)}
    rows = [
        _row(draw, today - DAY * back, client, method, uri)
        for back in range(1, days + 1) if (today - DAY * back).toordinal() % 9
        for client in listed
        for method, uri in _requests(draw, uris)
    ]  # fmt: skip
    built_in = [
        _row(draw, today - DAY * back, "built-in-developer-tools", "GET", URIS[0]) for back in range(1, days + 1, 3)
    ]
    directory = {key: _client(key, label, n) for n, (key, label) in enumerate(listed.items())}
    names = listed | {"built-in-developer-tools": "Developer Tools"}
    return Organization(name, f"id-of-{name}", f"canary-secret-{name}-77", directory, rows, built_in, names=names)


def _requests(draw: random.Random, uris: int) -> list[tuple[str, str]]:
    known = len(URIS)
    made = [URIS[n] if n < known else f"api/v2/invented/{n}/{{itemId}}/things" for n in range(uris)]
    return [(METHODS[n % len(METHODS)], uri) for n, uri in enumerate(made) if uris > known or draw.random() < 0.8]


def _row(draw: random.Random, day: date, client: str, method: str, uri: str) -> Row:
    s429 = draw.randrange(3) if draw.random() < 0.2 else 0
    return Row(
        day,
        client,
        method,
        uri,
        draw.randint(1, 900),
        draw.randrange(2),
        s429 + draw.randrange(9),
        s429,
        draw.randrange(2),
    )


def _client(key: str, label: str, number: int) -> dict[str, Any]:
    grant = ("CLIENT-CREDENTIALS", "CODE", "SAML2-BEARER", "TOKEN")[number % 4]
    return {
        "id": key, "name": label, "accessTokenValiditySeconds": 86400, "registeredRedirectUri": [], "authorizedGrantType": grant,
        "secret": f"canary-listed-{number}", "roleIds": [], "scope": [], "state": "active", "newField": {"later": True},
        "selfUri": f"/api/v2/oauth/clients/{key}",
    }  # fmt: skip
