"""Rows as the two services deliver them."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def legacy_row() -> Callable[..., dict[str, Any]]:
    """A row of usage/query that adds up: 10 requests on 2026-10-05, 4 refused, 1 of them by 429."""

    def row(**other: Any) -> dict[str, Any]:
        return {
            "clientId": "7de3af06", "clientName": "CRM sync", "organizationId": "", "userId": "", "templateUri": "api/v2/users",
            "httpMethod": "GET", "status200": 6, "status300": 0, "status400": 4, "status500": 0, "status429": 1, "requests": 10,
            "date": "2026-10-05T00:00:00Z",
        } | other  # fmt: skip

    return row


@pytest.fixture
def jobs_row() -> Callable[..., dict[str, Any]]:
    """A row of usage/aggregates/query/jobs that adds up."""

    def row(**other: Any) -> dict[str, Any]:
        return {
            "date": "2026-10-05", "platform": "", "httpMethod": "GET", "templateUri": "/api/v2/users", "requestCount": 10,
            "status200": 6, "status300": 0, "status400": 4, "status429": 1, "status500": 0,
            "oauthClient": {"id": "7de3af06", "name": "CRM sync"},
        } | other  # fmt: skip

    return row
