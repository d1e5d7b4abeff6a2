"""Which organization of the platform each name of the store stands for, as the first fetch found it.

A wrong profile would otherwise replace the days of one organization by those of another, and call them restated.
"""

from pathlib import Path

import msgspec

from apiusage_helpers.errors import StoreError
from apiusage_helpers.project.small_files import read_bytes, write_text
from apiusage_helpers.store import delta

FILE = delta.IDENTITIES


class Identity(msgspec.Struct, frozen=True):
    """An organization as the platform knows it: its id and its name there."""

    id: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name or 'an organization without a name'} ({self.id})"


def identity(organization: str, *, root: Path | None = None) -> Identity | None:
    """What a name of the store stands for; None where it was never fetched with a role that may read it."""
    return _known(delta.store_root(root)).get(organization)


def bind(organization: str, found: Identity, *, rebind: bool = False, root: Path | None = None) -> None:
    """Keep what a name stands for. StoreError, with both names, where it stands for another organization; not with `rebind`."""
    folder = delta.store_root(root)
    if _known(folder).get(organization) == found:
        return
    with delta.writing(folder):
        known = _known(folder)
        bound = known.get(organization, found)
        another = bound.id != found.id and not rebind
        if not another:
            write_text(folder / FILE, msgspec.json.encode(known | {organization: found}).decode())
        delta.settle(folder)
    if another:
        raise StoreError(
            f"{organization} is {bound} in the store, and these credentials belong to {found}: nothing was fetched. Check the "
            "profile and the region; after a real move use --rebind"
        )


def _known(root: Path) -> dict[str, Identity]:
    try:
        return msgspec.json.decode(read_bytes(root / FILE), type=dict[str, Identity])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise StoreError(
            f"{root / FILE} cannot be read, so nothing shows which organizations the store holds: put it back from a copy, or "
            "remove it and fetch again"
        ) from None
