"""Findings that have been found before: the same question to the same store and tables is answered without opening either.

What is kept can be lost without harm. It is asked by a key of all that findings follow from: the state of the store, the
days, the date they are seen from, the user's tables, and the kit's own code.
"""

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from apiusage_helpers.errors import RunError
from apiusage_helpers.project import places
from apiusage_helpers.project.places import make_private
from apiusage_helpers.project.small_files import read_bytes, write_text
from apiusage_helpers.runs.records.store_stamp import store_stamp
from apiusage_helpers.selection import Selection

_TABLES = ("acknowledged.yaml", "allowances.yaml", "clients.csv")
_MOST = 20  # intervals of an organization
Findings = list[dict[str, Any]]


def kept_findings(selection: Selection) -> Findings | None:
    """The findings on the interval of `selection` as they stand in findings.json; None where they are to be found anew."""
    return _kept(selection.organization).get(_key(selection))


def keep_findings(selection: Selection, found: Findings) -> None:
    """They are given again for the same question, as long as nothing has changed; where nothing can be written, they are not."""
    kept = {**_kept(selection.organization), _key(selection): found}
    newest = dict(list(kept.items())[-_MOST:])
    with suppress(OSError, RunError):
        path = _path(selection.organization)
        make_private(places.output_folder())
        path.parent.mkdir(exist_ok=True)
        write_text(path, json.dumps(newest), settled=False)


def _kept(organization: str) -> dict[str, Findings]:
    """What is kept of an organization by key; nothing where the file is lost or no such thing."""
    try:
        kept = json.loads(read_bytes(_path(organization)))
    except (OSError, ValueError, RunError):
        return {}
    return kept if isinstance(kept, dict) and all(isinstance(found, list) for found in kept.values()) else {}


def _path(organization: str) -> Path:
    return places.output_folder() / ".findings" / f"{organization}.json"


def _key(selection: Selection) -> str:
    tables = [_content(places.table_file(name)) for name in _TABLES]
    asked = [_code(), store_stamp(places.store_folder(), every_table=True), repr(selection), *tables]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def _code() -> list[str]:
    """What changes with the kit: the times and sizes of its modules, also where no version says so."""
    modules = sorted(places.PACKAGE.rglob("*.py"))
    return [f"{path.name} {state.st_mtime_ns} {state.st_size}" for path in modules if (state := path.stat())]


def _content(path: Path | None) -> str:
    return "" if path is None else hashlib.sha256(path.read_bytes()).hexdigest()
