"""What is kept of a failed run: the notebook as far as it came, the failing cell on top, and the log of its process."""

import json
from pathlib import Path
from typing import Any


def keep_failed(work: Path, folder: Path, message: str) -> None:
    """`folder` holds the executed notebook and the log of the run that worked in `work`; OSError when it cannot."""
    folder.mkdir(parents=True)
    if (work / "log.txt").is_file():
        (work / "log.txt").replace(folder / "log.txt")
    try:
        notebook = json.loads((work / "executed.ipynb").read_text(encoding="utf-8"))
        text = json.dumps(with_failure_on_top(notebook, message), indent=1, ensure_ascii=False)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return  # it never came to be, or was cut off
    (folder / "executed.ipynb").write_text(text, encoding="utf-8")


def with_failure_on_top(notebook: dict[str, Any], message: str) -> dict[str, Any]:
    """The notebook under a cell that tells the failure, and a copy of the cell that failed.

    That is the cell with an error, else the last one that was begun: a dead kernel, a time-out and a cell that leaves the
    notebook by itself show none.
    """
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    wrong = [cell for cell in code if any(output["output_type"] == "error" for output in cell["outputs"])]
    begun = [cell for cell in code if not _pending(cell)]
    if len(begun) == len(code):  # papermill calls all of them completed when it has come to its end
        begun = [cell for cell in code if cell["execution_count"] is not None]
    failed = [dict(cell, id="failed") for cell in (wrong or begun[-1:])[:1]]
    quoted = "\n".join(f"    {line}" for line in message.splitlines())
    head = {"cell_type": "markdown", "id": "failure", "metadata": {}, "source": f"# This run failed\n\n{quoted}\n"}
    return notebook | {"cells": [head, *failed, *notebook["cells"]]}


def _pending(cell: dict[str, Any]) -> bool:
    """Whether papermill had not come to a cell yet."""
    return bool(cell["metadata"].get("papermill", {}).get("status") == "pending")
