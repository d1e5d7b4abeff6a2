"""The stored outputs of the training notebook: `python tests/notebooks/training_outputs.py` makes them anew.

Only where the training's text or figures are meant to change. Outputs that hold answers are never stored.
"""

import os
import sys
import tempfile
from pathlib import Path

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "training.ipynb"
NOT_STORED = {"nbval-ignore-output", "nbval-skip"}


def write_outputs() -> None:
    """Execute the notebook with an empty store and put its outputs into it."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    cells = notebook.cells
    notebook.cells = [cell for cell in cells if "live" not in cell.metadata.get("tags", [])]
    with tempfile.TemporaryDirectory() as store:
        os.environ["APIUSAGE_STORE"] = os.environ["APIUSAGE_OUTPUT"] = store
        NotebookClient(
            notebook, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOK.parent)}}
        ).execute()
    notebook.cells = cells
    for cell in (cell for cell in cells if cell.cell_type == "code"):
        cell.metadata.pop("execution", None)
        cell.outputs = [] if NOT_STORED & set(cell.metadata.tags) else cell.outputs
    NOTEBOOK.write_text(nbformat.writes(notebook, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(write_outputs())
