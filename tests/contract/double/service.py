"""What the double answers: tokens, both usage services, the client directory; rates and permissions as on the platform.

It keeps what it was asked, and notes as `violations` what a polite client never does: a day that is not over yet, or
more requests a minute than allowed.
"""

import base64
import random
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from double import answers, faults
from double.answers import Answer
from double.truth import Organization, Row

USAGE, JOBS, CLIENTS = "/api/v2/usage/query", "/api/v2/usage/aggregates/query/jobs", "/api/v2/oauth/clients"
_GROUPS = {
    USAGE: {"OAuthClientId", "OrganizationId", "UserId", "TemplateUri", "HttpMethod"},
    JOBS: {"OauthClientName", "OauthClientId", "UserId", "HttpMethod", "TemplateUri", "Platform"},
}
_METRICS = {"Requests", "Status200", "Status300", "Status400", "Status429", "Status500"}


@dataclass
class Token:
    """A token that was given out, and what was asked with it in the last minute."""

    organization: Organization
    ends: float
    sent: deque[float] = field(default_factory=deque)
    window: tuple[float, int] = (0.0, 0)


@dataclass
class Query:
    """A query that has begun."""

    organization: Organization
    path: str
    first: date
    last: date
    groups: frozenset[str]
    began: float
    polls: int = 0
    rows: list[Any] | None = None


@dataclass
class Service:
    """The double: its organizations, its clock, how long its queries take, and what spoils its answers."""

    organizations: list[Organization]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    query_seconds: float = 0.0
    running_polls: int = 0
    token_seconds: float = 86400
    allowed: int = 300
    page_size: int = 1000
    skew: timedelta = timedelta()
    schedule: faults.Schedule = faults.none
    requests: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, date, date]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    tokens: dict[str, Token] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer to one request, spoiled where the schedule says so."""
        url = urlsplit(target)
        route = f"{method} {url.path}"
        self.requests.append(route)
        fault = self.schedule(route)
        found = answers.before(fault) or self._routed(method, url.path, parse_qs(url.query), headers, body, fault)
        spoiled = answers.spoiled(found, fault, headers.get("authorization", ""), self._clock() % 1)
        if fault == "429 date":
            spoiled.headers["Retry-After"] = format_datetime(self._today_at() + timedelta(seconds=7), usegmt=True)
        spoiled.headers.setdefault("Date", format_datetime(self._today_at(), usegmt=True))
        spoiled.headers.setdefault("ININ-Correlation-Id", f"c-{len(self.requests)}")
        return spoiled

    def _today_at(self) -> datetime:
        return self.now() + self.skew

    def _clock(self) -> float:
        return self.now().timestamp()

    def _routed(self, method: str, path: str, query: Any, headers: Any, body: bytes, fault: str | None) -> Answer:
        if (method, path) == ("POST", "/oauth/token"):
            return self._token(headers.get("authorization", ""))
        value = headers.get("authorization", "").removeprefix("Bearer ")
        token = self.tokens.get(value)
        if token is None or token.ends <= self._clock() or fault == "expired":
            self.tokens.pop(value, None)
            return answers.error(401, "bad.credentials", "Invalid login credentials.")
        late = self._counted(token)
        if late is not None:
            return late
        found = self._authorized(method, path, query, body, token.organization, fault)
        began, count = token.window
        reset = max(0, int(60 - (self._clock() - began)))
        rate = {"allowed": self.allowed, "count": count, "reset": reset}
        found.headers.update({f"inin-ratelimit-{name}": str(number) for name, number in rate.items()})
        return found

    def _token(self, authorization: str) -> Answer:
        written = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        for organization in self.organizations:
            if written == f"{organization.client_id}:{organization.secret}":
                value = f"canary-token-{secrets.token_hex(12)}"
                self.tokens[value] = Token(organization, self._clock() + self.token_seconds)
                granted = {"access_token": value, "token_type": "bearer", "expires_in": self.token_seconds}
                return answers.ok(granted)
        return answers.ok({"error": "invalid_client", "description": "client not found"}, 400)

    def _counted(self, token: Token) -> Answer | None:
        """429 when the minute's requests are used up; a polite client never sees it."""
        now = self._clock()
        while token.sent and token.sent[0] <= now - 60:
            token.sent.popleft()
        token.sent.append(now)
        if len(token.sent) > self.allowed:
            self.violations.append(f"{len(token.sent)} requests in a minute")
        began, count = token.window
        token.window = (began, count + 1) if now - began < 60 else (now, 1)
        if token.window[1] <= self.allowed:
            return None
        return answers.throttled(int(60 - (now - token.window[0])) + 1)

    def _authorized(
        self, method: str, path: str, query: Any, body: bytes, organization: Organization, fault: Any
    ) -> Answer:
        if method == "GET" and path in {"/api/v2/tokens/me", "/api/v2/organizations/me"}:
            return _whose(organization, path)
        if (method, path) == ("GET", CLIENTS):
            return answers.lacking(organization, {"oauth:client:view"}) or self._clients(organization, query)
        for service, wanted in (
            (USAGE, {"oauth:client:view", "usage:organization:view"}),
            (JOBS, {"usage:organization:view"}),
        ):
            if (method, path) == ("POST", service):
                return answers.lacking(organization, wanted) or self._start(organization, service, body)
            if method == "GET" and path.startswith(f"{service}/"):
                return self._result(service, path, query, fault)
        return answers.error(404, "not.found", "The requested resource was not found.")

    def _start(self, organization: Organization, service: str, body: bytes) -> Answer:
        asked = msgspec.json.decode(body)
        known = {"interval", "granularity", "groupBy", "metrics"} | ({"sortBy"} if service == JOBS else set())
        groups, metrics = set(asked.get("groupBy", ())), set(asked.get("metrics", ()))
        if set(asked) - known or groups - _GROUPS[service] or metrics - _METRICS or asked.get("granularity") != "Day":
            return answers.error(400, "bad.request", "The request could not be understood by the server.")
        first, last = (date.fromisoformat(text[:10]) for text in asked["interval"].split("/"))
        self.asked.append((organization.name, service, first, last))
        today = self._today_at().date()
        if last >= today:
            self.violations.append(f"asked for {last} on {today}")
        if service == JOBS and ((last - first).days > 90 or (today - first).days > 366):
            return answers.error(400, "invalid.date", "End date cannot be more than 90 days after the start.")
        name = secrets.token_hex(8)
        self.queries[name] = Query(organization, service, first, last, frozenset(groups), self._clock())
        if service == USAGE:
            return answers.ok({"executionId": name, "resultsUri": f"{USAGE}/{name}/results"}, 202)
        return answers.ok({"id": name, "resultsUri": f"{JOBS}/{name}", "selfUri": f"{JOBS}/{name}"}, 202)

    def _result(self, service: str, path: str, query: Any, fault: str | None) -> Answer:
        found = self.queries.get(path.removeprefix(f"{service}/").removesuffix("/results"))
        if found is None or fault == "lost":
            return answers.error(404, "not.found", "No such query.")
        found.polls += 1
        passed = self._clock() - found.began
        if fault in {"Failed", "Cancelled", "unknown state"}:
            return answers.ended(service, "Paused" if fault == "unknown state" else fault)
        if passed < self.query_seconds or found.polls <= self.running_polls:
            queued = service == JOBS and passed < self.query_seconds / 3
            return answers.ok({"queryStatus": "Queued" if queued else "Running"})
        if found.rows is None:
            found.rows = _rows(found)
        return self._page(found, path, query, fault)

    def _page(self, found: Query, path: str, query: Any, fault: str | None) -> Answer:
        rows = found.rows or []
        outside = fault == "outside" and bool(rows)
        if found.path == USAGE:
            shown = [rows[0] | {"date": "2001-01-01T00:00:00Z"}, *rows[1:]] if outside else rows
            return answers.ok({"results": shown, "queryStatus": "Complete", "newField": 1})
        size = min(self.page_size, int(query.get("pageSize", ["100"])[0]))
        start = int(query.get("after", ["0"])[0])
        shown = rows[start : start + size]
        if fault == "repeated row" and start:
            shown = [rows[start - 1], *shown]
        if outside and shown:
            shown = [shown[0] | {"date": "2001-01-01"}, *shown[1:]]
        page: dict[str, Any] = {"queryStatus": "Succeeded", "entities": shown, "selfUri": path, "newField": 1}
        if start + size < len(rows):
            host = "https://elsewhere.example" if fault == "other host" else ""
            page["nextUri"] = f"{host}{path}?pageSize={size}&after={start + size}"
        return answers.ok(page)

    def _clients(self, organization: Organization, query: Any) -> Answer:
        listed = sorted(organization.clients.values(), key=lambda client: client["id"])
        number, size = int(query.get("pageNumber", ["1"])[0]), 25
        shown = listed[(number - 1) * size : number * size]
        pages = max(1, -(-len(listed) // size))
        page = {"entities": shown, "pageSize": size, "pageNumber": number, "total": len(listed), "pageCount": pages}
        further = {"nextUri": f"{CLIENTS}?pageNumber={number + 1}"} if number < pages else {}
        return answers.ok(page | further)


def _rows(query: Query) -> list[Any]:
    """The rows of a query in no order; dimensions that it does not group by are empty."""
    organization, jobs = query.organization, query.path == JOBS
    truth: Iterable[Row] = organization.rows + (organization.built_in if jobs else [])
    sums: dict[tuple[str, ...], list[int]] = {}
    for row in truth:
        if not query.first <= row.date <= query.last:
            continue
        client = row.client if query.groups & {"OAuthClientId", "OauthClientId"} else ""
        key = (
            row.date.isoformat(), client,
            row.method if "HttpMethod" in query.groups else "", row.uri if "TemplateUri" in query.groups else "",
        )  # fmt: skip
        figures = (row.requests, row.s200, row.s300, row.s400, row.s429, row.s500)
        known = sums.get(key)
        sums[key] = [a + b for a, b in zip(known, figures, strict=True)] if known else list(figures)
    made = answers.jobs_row if jobs else answers.usage_row
    rows = [made(organization, key, figures) for key, figures in sums.items()]
    random.Random(len(rows)).shuffle(rows)
    return rows


def _whose(organization: Organization, path: str) -> Answer:
    """Which organization a token belongs to; 403 where the role may not read it."""
    if path not in organization.identity_at:
        return answers.error(403, "missing.permissions", "Unable to perform the requested action.")
    named = {"id": organization.platform_id or f"id-of-{organization.name}", "name": f"{organization.name} Inc."}
    return answers.ok(
        {"organization": named, "OAuthClient": {"id": organization.client_id}} if "tokens" in path else named
    )
