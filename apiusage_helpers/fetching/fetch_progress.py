"""How far a fetch of a chosen interval has come, so that one that was interrupted goes on where it stopped.

A small hidden file for each organization says which fetch has begun, when, and which day it has reached. It holds no
data: losing it costs requests, never days.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from apiusage_helpers.project.small_files import read_bytes, write_text
from apiusage_helpers.store import delta

_REMEMBERED = timedelta(days=1)


@dataclass(frozen=True)
class Begun:
    """A fetch that is not at its end: of what, since when, and the last day that it has dealt with."""

    what: str
    at: datetime
    reached: date = date.min


def begun(organization: str, what: str, at: datetime, *, root: Path | None = None) -> Begun:
    """The fetch `what` of an organization, begun `at`, or the same one where it was interrupted the day before."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        written = json.loads(read_bytes(_file(organization, root)))
        earlier = Begun(written["what"], datetime.fromisoformat(written["at"]), date.fromisoformat(written["reached"]))
        if earlier.what == what and timedelta() <= at - earlier.at < _REMEMBERED:
            return earlier
    fetch = Begun(what, at)
    _note(organization, fetch, root)
    return fetch


def reached(organization: str, fetch: Begun, day: date, *, root: Path | None = None) -> None:
    """The fetch has dealt with its days to `day`, whether or not one of them changed."""
    _note(organization, replace(fetch, reached=day), root)


def ended(organization: str, *, root: Path | None = None) -> None:
    """The fetch of an organization has come to its end."""
    with suppress(OSError):
        _file(organization, root).unlink(missing_ok=True)


def _note(organization: str, fetch: Begun, root: Path | None) -> None:
    with suppress(OSError):  # a store that cannot be written is told by the first day written
        facts = {"what": fetch.what, "at": fetch.at.isoformat(), "reached": fetch.reached.isoformat()}
        write_text(_file(organization, root), json.dumps(facts))


def _file(organization: str, root: Path | None) -> Path:
    return delta.store_root(root) / ".fetching" / f"{organization}.json"
