"""What keeps a run that came to its end from being published: a secret in its files, or no facts of its figures."""

import json
import os
from pathlib import Path

from apiusage_helpers.errors import RunError, looks_secret

_SHORTEST_SECRET = 8


def refusal(files: Path) -> RunError | None:
    """Why the files of a run must not be published; None when they may."""
    return _secret(files) or _without_facts(files)


def _secret(files: Path) -> RunError | None:
    """The failure of a run whose files hold the value of a variable that looks like a secret."""
    from apiusage_helpers.page.html import readable  # noqa: PLC0415  # the template engine, when there is a page

    hidden = {
        name: value.encode()
        for name, value in sorted(os.environ.items())
        if looks_secret(name) and len(value) >= _SHORTEST_SECRET
    }
    for path in sorted(files.iterdir()):
        content = readable(path.read_bytes())
        for name, value in hidden.items():
            if value in content:
                told = f"{path.name} holds a secret of the environment, the value of {name}; if that is no secret, unset it"
                return RunError(told, exit_code=5)
    return None


def _without_facts(files: Path) -> RunError | None:
    """The failure of a notebook that has run to its end and told nothing of its figures."""
    try:
        facts = json.loads((files / "facts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        facts = None
    if isinstance(facts, dict):
        return None
    return RunError("the notebook left no facts.json: its cell tagged `export` is missing, or does not export")
