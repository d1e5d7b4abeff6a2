"""Where things lie: the store, the outputs, the params files and the notebooks of one project folder.

The environment names them (`APIUSAGE_STORE`, `APIUSAGE_OUTPUT`, `APIUSAGE_PARAMS`); without it they lie below the
project root, so that a notebook works from any folder inside the project. Nothing is created on import.
"""

import os
import stat
from pathlib import Path

from apiusage_helpers.errors import ParameterError, RunError

PACKAGE = Path(__file__).resolve().parents[1]
SOURCE_ROOT = PACKAGE.parent
_WITHOUT_DEFAULT = frozenset({"clients.csv"})  # the kit's own is about the clients of its sample


def root() -> Path:
    """Nearest parent of the working folder that has params/ and notebooks/, else the installed source tree.

    ParameterError where others may write to it: its notebooks are run.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "params").is_dir() and (folder / "notebooks").is_dir():
            if folder != SOURCE_ROOT:  # whose code is running already
                _refuse_anothers(folder)
            return folder
    return SOURCE_ROOT


def _refuse_anothers(project: Path) -> None:
    """ParameterError when a project or a notebook of it belongs to somebody else, or everybody may write to it."""
    for path in (project, project / "params", project / "notebooks", *sorted((project / "notebooks").glob("*.ipynb"))):
        facts = _facts(path)
        if facts.st_uid not in {0, os.geteuid()}:
            raise ParameterError(
                f"{path} belongs to another user (uid {facts.st_uid}), and what is in it would run as you: work in a folder of "
                "your own, or take it over with chown"
            )
        if facts.st_mode & stat.S_IWOTH and not facts.st_mode & stat.S_ISVTX:
            raise ParameterError(f"everybody may write to {path}, and what is in it runs as you: chmod o-w {path}")


def _facts(path: Path) -> os.stat_result:
    """Who owns a path, and who may write to it."""
    return path.stat()


def make_private(folder: Path) -> None:
    """`folder` is there when this returns; where it is made here, nobody else may look into it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def store_folder() -> Path:
    """Folder of the Delta store."""
    return _folder("APIUSAGE_STORE", "data/store")


def output_folder() -> Path:
    """Folder below which reports are published; RunError (exit code 5) where a file stands in its place or a parent's."""
    folder = _folder("APIUSAGE_OUTPUT", "output")
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        raise RunError(
            f"output folder {folder} cannot be written: {there} is a file; name another folder by APIUSAGE_OUTPUT, or move the "
            "file away",
            exit_code=5,
        )
    return folder


def params_folder() -> Path:
    """Folder of the params files."""
    return _folder("APIUSAGE_PARAMS", "params")


def notebooks_folder() -> Path:
    """Folder of the notebooks."""
    return root() / "notebooks"


def table_file(name: str) -> Path | None:
    """The user's table `params/tables/<name>`, else the kit's own default, else None; of clients.csv there is no default.

    ParameterError where something of that name is no file, such as a link that leads nowhere.
    """
    own = params_folder() / "tables" / name
    if own.is_file():
        return own
    if own.exists() or own.is_symlink():
        raise ParameterError(f"{own}: this is no file that can be read; put the table there, or take it away")
    default = SOURCE_ROOT / "params" / "tables" / name
    return default if name not in _WITHOUT_DEFAULT and default.is_file() else None


def _folder(variable: str, default: str) -> Path:
    value = os.environ.get(variable)
    return Path(value).expanduser().resolve() if value else root() / default
