"""A session with the double, on a virtual clock."""

from collections.abc import Callable
from typing import Any

import pytest
from double.service import Service
from double.truth import Organization, invented
from double.virtual import ADDRESS, BEGIN, Transport

from apiusage_helpers.genesys_cloud.credentials import Credentials
from apiusage_helpers.genesys_cloud.session import Means, open_session


@pytest.fixture
def acme() -> Organization:
    return invented("acme", BEGIN.date(), days=40)


@pytest.fixture
def service(acme, loop) -> Service:
    """The double of one organization."""
    return Service([acme], now=loop.now)


@pytest.fixture
def told() -> list[str]:
    """What the session said."""
    return []


@pytest.fixture
def converse(loop, service, acme, told) -> Callable[..., Any]:
    """The result of a conversation: a function of the session."""
    credentials = Credentials(acme.name, acme.client_id, acme.secret, ADDRESS, ADDRESS, "a test")

    def run(talk: Callable[..., Any], **means: Any) -> Any:
        async def conversation() -> Any:
            by = Means(**({"now": loop.now, "transport": Transport(service)} | means))
            async with open_session(credentials, by, told.append) as session:
                return await talk(session)

        return loop.run_until_complete(conversation())

    return run
