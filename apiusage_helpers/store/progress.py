"""How far a fetch of a chosen interval has come, so that one that was interrupted goes on where it stopped.

A small hidden file for each organization says which fetch has begun and when. It holds no data: losing it costs
requests, never days.
"""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from apiusage_helpers.store import delta
from apiusage_helpers.whole_files import write_text

_REMEMBERED = timedelta(days=1)


def begun(organization: str, what: str, at: datetime, *, root: Path | None = None) -> datetime:
    """When the fetch `what` of an organization began: `at`, unless one of the same was interrupted the day before."""
    path = _file(organization, root)
    with suppress(OSError, ValueError, KeyError, TypeError):
        written = json.loads(path.read_text(encoding="utf-8"))
        earlier = datetime.fromisoformat(written["at"])
        if written["what"] == what and timedelta() <= at - earlier < _REMEMBERED:
            return earlier
    with suppress(OSError):  # a store that cannot be written is told by the first day written
        write_text(path, json.dumps({"what": what, "at": at.isoformat()}))
    return at


def ended(organization: str, *, root: Path | None = None) -> None:
    """The fetch of an organization has come to its end."""
    with suppress(OSError):
        _file(organization, root).unlink(missing_ok=True)


def _file(organization: str, root: Path | None) -> Path:
    return delta.store_root(root) / ".fetching" / f"{organization}.json"
