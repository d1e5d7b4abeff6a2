"""Saved views: a state of the API Usage view as a params file that `apiusage report` can run, and back.

`params/views/NAME.yaml` are the user's own; `.current.yaml` beside them is the state that stays from one session to the
next until it is reset. The same state can be handed on as a command and as a parameters cell. A file comes into being
whole: it is written beside its place and moved there in one step.
"""

import json
import re
import shlex
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from apiusage_helpers.errors import ParameterError, quoted
from apiusage_helpers.interval import utc_today
from apiusage_helpers.project import places
from apiusage_helpers.project.small_files import write_text
from apiusage_helpers.reports.contract import read_report, read_report_text
from apiusage_helpers.reports.usage_view.state import ViewState, view_state
from apiusage_helpers.settings.report_file import Report

NOTEBOOK = "api_usage_view"
MOST_BYTES = 256 * 1024
_CURRENT = ".current"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,57}", re.ASCII)


def views_folder() -> Path:
    """Folder of the saved views."""
    return places.params_folder() / "views"


def saved_views() -> tuple[str, ...]:
    """The names of the saved views, in order."""
    folder = views_folder()
    files = folder.glob("*.yaml") if folder.is_dir() else ()
    return tuple(sorted(file.stem for file in files if _NAME.fullmatch(file.stem)))


def view_name(name: str) -> str:
    """`name` without spaces around it, when a view can be saved under it; ParameterError otherwise."""
    trimmed = name.strip()
    if not _NAME.fullmatch(trimmed):
        raise ParameterError(
            f"view name {quoted(trimmed)}: 1 to 58 letters, digits and . _ - only, a letter or digit first"
        )
    return trimmed


def view_yaml(state: ViewState) -> str:
    """The params file of a state."""
    head = "# A saved view of the API Usage view. Open it there, or run: apiusage report THIS_FILE\n"
    written = {"notebook": NOTEBOOK, "parameters": state.parameters()}
    return head + yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=120)


def save_view(name: str, state: ViewState) -> Path:
    """The file that the state was saved in, in place of an older view of this name.

    ParameterError when the name cannot be used or the file cannot be written.
    """
    return _write(view_name(name), view_yaml(state))


def open_view(name: str, *, today: date) -> ViewState:
    """The state of a saved view as of `today`; ParameterError when there is none of this name, or it has faults."""
    return read_view(views_folder() / f"{view_name(name)}.yaml", today=today)


def read_view(path: Path, *, today: date) -> ViewState:
    """The state that a params file describes: one of the view, or one of a report, which filters nothing.

    ParameterError tells all faults of the file, and refuses one that names several organizations.
    """
    return _state_of(read_report(path, today=today), path.name, today)


def read_view_text(content: bytes, *, today: date) -> ViewState:
    """The state of a view that was handed over as the bytes of its file; ParameterError as in `read_view`."""
    if len(content) > MOST_BYTES:
        raise ParameterError(f"this file is too large: a saved view holds {MOST_BYTES:,} bytes at most")
    return _state_of(read_report_text(content, "the file", today=today), "the file", today)


def _state_of(report: Report, name: str, today: date) -> ViewState:
    """The state that a report's parameters describe; ParameterError where they name several organizations."""
    parameters = report.parameters.model_dump()
    organization = parameters["organization"]
    if isinstance(organization, list) and len(organization) == 1:
        parameters["organization"] = organization[0]
    elif not isinstance(organization, str) or organization == "all":
        raise ParameterError(f"{name}: organization: a view shows one organization, this file names several")
    return view_state(parameters, today=today)


def keep_current(state: ViewState) -> None:
    """The state stays for the next session; nothing, when it cannot be written."""
    with suppress(ParameterError):
        _write(_CURRENT, view_yaml(state), settled=False)


def current_view(*, today: date) -> ViewState | None:
    """The state that was kept; None when there is none, or it cannot be used any more."""
    path = views_folder() / f"{_CURRENT}.yaml"
    try:
        return read_view(path, today=today) if path.is_file() else None
    except ParameterError:
        return None


def forget_current() -> None:
    """No state is kept any more."""
    with suppress(OSError):
        (views_folder() / f"{_CURRENT}.yaml").unlink(missing_ok=True)


def as_command(state: ViewState) -> str:
    """The command that makes the report of this state, ready for a shell: what params/views/all.yaml does not say already."""
    said = _said_by_all()
    options = [
        f"-p {name} {shlex.quote(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))}"
        for name, value in state.parameters().items()
        if name not in said or said[name] != value
    ]
    return " ".join(["apiusage report params/views/all.yaml", *options])


def _said_by_all() -> dict[str, Any]:
    """The parameters that the command's params file gives by itself; none where it cannot be read."""
    try:
        found: dict[str, Any] = read_report(views_folder() / "all.yaml", today=utc_today()).parameters.model_dump()
    except ParameterError:
        return {}
    return found


def as_parameters(state: ViewState) -> str:
    """The lines of a notebook's parameters cell that mean this state."""
    return "\n".join(f"{name}: {type(value).__name__} = {value!r}" for name, value in state.parameters().items())


def _write(stem: str, text: str, *, settled: bool = True) -> Path:
    path = views_folder() / f"{stem}.yaml"
    try:
        write_text(path, text, settled=settled)
    except OSError as fault:
        raise ParameterError(f"{path}: cannot be written: {fault.strerror}; the view was not saved") from None
    return path
