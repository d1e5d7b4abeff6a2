"""How the double puts its answers: bodies as the published schemas have them, errors, and spoiled ones."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from double.truth import Organization

Delivery = Literal["whole", "torn", "cut", "drip", "slow", "reset"]
_STATUS = {"500": 500, "502": 502, "503": 503, "503 after": 503, "504": 504}
_PAGE = b"<!doctype html><title>Sign in</title><form action=/login>"


@dataclass
class Answer:
    """Status, headers, body, and how the body reaches the client."""

    status: int
    headers: dict[str, str]
    body: bytes
    delivery: Delivery = "whole"


def ok(body: Any, status: int = 200) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, msgspec.json.encode(body))


def error(status: int, code: str, message: str) -> Answer:
    """The platform's ErrorBody."""
    return ok(
        {"message": message, "code": code, "status": status, "contextId": "x", "details": [], "errors": []}, status
    )


def throttled(seconds: int | None) -> Answer:
    found = error(
        429,
        "too.many.requests.retry.after",
        f"Rate limit exceeded the maximum. Retry the request in [{seconds}] seconds",
    )
    if seconds is not None:
        found.headers["Retry-After"] = str(seconds)
    return found


def lacking(organization: Organization, wanted: set[str]) -> Answer | None:
    """403 in the platform's own spelling, when the role has none of the permissions."""
    if organization.permissions & wanted:
        return None
    named = ", ".join(sorted(wanted))
    return error(
        403, "missing.any.permissions", f"Unable to perform the requested action. You must have at least one of the following permissions assigned: [{named}]"
    )  # fmt: skip


def ended(service: str, status: str) -> Answer:
    """A query that ended without a result; only the jobs service says why."""
    body: dict[str, Any] = {"queryStatus": status}
    if "jobs" in service and status == "Failed":
        body["errorBody"] = {"code": "query.failed", "message": "The query ran out of memory", "status": 500}
    return ok(body)


def before(fault: str | None) -> Answer | None:
    """The answer of what stands before the service: it never sees the request."""
    if fault in _STATUS:
        found = error(_STATUS[fault], "internal.server.error", "An unexpected error occurred")
        if fault == "503 after":
            found.headers["Retry-After"] = "3"
        return found
    if fault in {"429", "429 after", "429 date"}:
        return throttled(5 if fault == "429 after" else None)
    return Answer(503, {}, b"") if fault == "no words" else None


def spoiled(found: Answer, fault: str | None, authorization: str, part: float) -> Answer:
    """The answer as the fault leaves it; `part` (0-1) is where a body breaks off."""
    if fault in {"reset", "slow", "drip", "torn", "cut"}:
        found.delivery = fault  # type: ignore[assignment]
    if fault == "torn":
        found.body = found.body[: max(1, int(len(found.body) * part * 0.98))]
    if fault == "html":
        return Answer(200, {"Content-Type": "text/html"}, _PAGE)
    if fault == "foreign":
        return ok({"hello": "there", "entities": 3, "results": {}})
    if fault == "wrong type":
        found.body = found.body.replace(b'":', b'":"x', 1)
    if fault == "echo":
        return error(500, "internal.server.error", f"could not handle {authorization}")
    return found


def usage_row(organization: Organization, key: tuple[str, ...], figures: list[int]) -> dict[str, Any]:
    """A row of usage/query (ApiUsageRow)."""
    day, client, method, uri = key
    requests, s200, s300, s400, s429, s500 = figures
    return {
        "clientId": client, "clientName": organization.names.get(client, ""), "organizationId": "", "userId": "",
        "templateUri": uri, "httpMethod": method, "status200": s200, "status300": s300, "status400": s400, "status500": s500,
        "status429": s429, "requests": requests, "date": f"{day}T00:00:00Z",
    }  # fmt: skip


def jobs_row(organization: Organization, key: tuple[str, ...], figures: list[int]) -> dict[str, Any]:
    """A row of usage/aggregates/query/jobs (OrganizationPublicApiUsage)."""
    day, client, method, uri = key
    requests, s200, s300, s400, s429, s500 = figures
    return {
        "date": day, "platform": "", "httpMethod": method, "templateUri": f"/{uri}", "requestCount": requests, "status200": s200,
        "status300": s300, "status400": s400 - s429 if organization.beside else s400, "status429": s429, "status500": s500,
        "oauthClient": {"id": client, "name": organization.names.get(client, "")},
    }  # fmt: skip
