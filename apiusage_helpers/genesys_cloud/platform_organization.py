"""The organization that an OAuth client belongs to, as the platform itself says it."""

import msgspec

from apiusage_helpers.errors import SourceError
from apiusage_helpers.genesys_cloud.session import Session, call

_SERVER_ERRORS = 500


class PlatformOrganization(msgspec.Struct, frozen=True):
    """Id and name of an organization; empty where the answer has none."""

    id: str = ""
    name: str = ""


class _Token(msgspec.Struct):
    organization: PlatformOrganization = PlatformOrganization()


async def ask_organization(session: Session) -> PlatformOrganization | None:
    """The organization of a session; None where the role may read it nowhere. SourceError when the platform does not answer.

    Asked of `tokens/me`, which needs no permission on most roles, then of `organizations/me`.
    """
    for path, decode in (("/api/v2/tokens/me", _of_token), ("/api/v2/organizations/me", _organization)):
        try:
            found = (await call(session, "GET", path, decode)).value
        except SourceError as fault:
            if fault.status is None or fault.status >= _SERVER_ERRORS or not session.token:
                raise
            continue
        if found.id:
            return found
    return None


def _of_token(content: bytes) -> PlatformOrganization:
    return msgspec.json.decode(content, type=_Token).organization


def _organization(content: bytes) -> PlatformOrganization:
    return msgspec.json.decode(content, type=PlatformOrganization)
