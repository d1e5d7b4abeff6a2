"""The OAuth clients of an organization: name, grant type and state, and nothing else of what the platform tells.

The platform's own model of a client has a field for its secret. Only the fields named here are ever decoded.
"""

from collections.abc import Sequence

import msgspec

from apiusage_helpers.errors import SourceError
from apiusage_helpers.genesys_cloud.session import Session, call

_PATH = "/api/v2/oauth/clients"


class OAuthClient(msgspec.Struct, frozen=True, rename="camel"):
    """One OAuth client: an allow-list of the fields of the platform's model."""

    id: str
    name: str | None = ""
    authorized_grant_type: str | None = ""
    state: str | None = ""


class _Clients(msgspec.Struct, rename="camel"):
    entities: list[OAuthClient]
    next_uri: str | None = None
    page_number: int | None = None
    page_count: int | None = None


async def ask_clients(session: Session) -> Sequence[OAuthClient]:
    """The OAuth clients that the organization has now; SourceError when they cannot be read whole."""
    found: dict[str, OAuthClient] = {}
    link, seen = _PATH, set[str]()
    while link:
        if link in seen:
            raise SourceError(f"{_PATH}: the pages lead in a circle; nothing of them was kept")
        seen.add(link)
        page = (await call(session, "GET", link, _clients)).value
        found |= {client.id: client for client in page.entities if client.id}
        link = _further(page)
    return tuple(found.values())


def _further(page: _Clients) -> str:
    if page.next_uri:
        return page.next_uri
    number, count = page.page_number or 1, page.page_count or 1
    return f"{_PATH}?pageNumber={number + 1}" if number < count else ""


def _clients(content: bytes) -> _Clients:
    return msgspec.json.decode(content, type=_Clients)
