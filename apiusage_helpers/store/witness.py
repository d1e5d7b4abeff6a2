"""The witness: a small file beside the tables that says which of their versions belong together.

A log that lost its newest entry is a sound log of an older store, and a checksum table that lost one is a sound table of fewer
files. Neither can be seen from within. So each write notes what both tables must hold from then on, before it begins and after
it has ended; whatever holds less is damaged. A write that was killed on its way leaves the note that it had begun.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from shlex import quote

import msgspec

from apiusage_helpers.errors import StoreError
from apiusage_helpers.project.small_files import read_bytes, write_text
from apiusage_helpers.text import listed

FILE = "snapshot.json"
REPAIR = "try: apiusage repair"
_TABLES = ("usage", "files")
_set_aside: ContextVar[bool] = ContextVar("set_aside", default=False)


class Witness(msgspec.Struct, frozen=True):
    """The least versions of both tables (-1: there was none), and whether a write has begun that has not ended.

    `clients`: whether there was a list of OAuth clients, which no figure depends on.
    """

    usage: int = -1
    files: int = -1
    writing: bool = False
    clients: bool = False


def seen(root: Path) -> Witness | None:
    """What the last write noted; None where there is no note, or none that can be read."""
    try:
        return msgspec.json.decode(read_bytes(root / FILE), type=Witness)
    except (OSError, ValueError):
        return None


def begin(root: Path, usage: int, files: int) -> None:
    """Note that a write begins with these versions; a store that is being repaired keeps the note of before."""
    if not _set_aside.get():
        _note(root, Witness(usage, files, writing=True, clients=had_clients(root)))


def settle(root: Path, usage: int, files: int, *, clients: bool) -> None:
    """Note that a write has ended, and what the tables hold from now on.

    A list of OAuth clients that is gone stays noted until it is repaired or there is one again.
    """
    _note(root, Witness(usage, files, clients=clients or (had_clients(root) and not _set_aside.get())))


def had_clients(root: Path) -> bool:
    """Whether there was a list of OAuth clients when the store was last written to."""
    noted = seen(root)
    return noted is not None and noted.clients


@contextmanager
def set_aside() -> Iterator[None]:
    """Nothing is refused while a store is repaired, in this thread; a repair that is killed leaves the note of before."""
    token = _set_aside.set(True)
    try:
        yield
    finally:
        _set_aside.reset(token)


def _note(root: Path, witness: Witness) -> None:
    write_text(root / FILE, msgspec.json.encode(witness).decode())


def refuse_behind(root: Path, name: str, version: int, witness: Witness | None) -> None:
    """StoreError where a table is of an older version (-1: it is gone) than a write has left it in.

    `witness` is what was noted before the table was opened: a write that ended since is none of its business.
    """
    if name not in _TABLES or _set_aside.get():
        return
    if witness is None:
        if version >= 0:
            raise StoreError(f"{root / FILE} is missing or torn, so nothing shows that the store is whole; {REPAIR}")
        return
    least = witness.usage if name == "usage" else witness.files
    if version >= least:
        return
    if version < 0:
        raise StoreError(f"{root / name}: its log is gone; {anew(root) if name == 'usage' else REPAIR}")
    raise StoreError(
        f"{root / name}: its log ends at entry {version}, and entry {least} was written: days would be missing or older than "
        f"they were; {REPAIR}"
    )


def anew(root: Path) -> str:
    """What helps where the log of usage is lost, and no repair does: nothing else shows which of its files are the newest."""
    names = sorted({path.name.removeprefix("organization=") for path in root.glob("*/organization=*")})
    commands = [fetch_command(name) for name in names]
    files = "" if names == ["sample"] else " (or apiusage import FILE... --organization NAME)"
    away = f"mv {quote(str(root))} {quote(f'{root}.lost')}"
    return (
        f"without it nothing shows which files hold the newest figures. Put {root} back from a backup, or move it away and bring "
        f"its days in again: {away}, then {listed(commands) or 'apiusage fetch --organization NAME'}{files}"
    )


def fetch_command(organization: str) -> str:
    """The command that brings an organization's days and OAuth clients in again."""
    return "apiusage sample" if organization == "sample" else f"apiusage fetch --organization {organization}"
