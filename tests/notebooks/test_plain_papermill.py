"""The notebooks without the kit's runner: by plain papermill, from any folder, with files only where they are asked for."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import warm

from apiusage_helpers.page.media import PAGE_ROWS

ROOT = Path(__file__).resolve().parents[2]
_FILES = {"api_usage_report": 14, "api_usage_view": 14, "fair_use": 3, "training": 1, "troubleshooting": 1}  # CSVs


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_runs_under_plain_papermill(apiusage, tmp_path: Path, path: Path) -> None:
    """Every cell runs, each panel shows itself once as HTML, and the CSVs lie where the parameter says."""
    assert apiusage("sample").returncode == 0
    files = tmp_path / "files"
    files.mkdir()
    out, values = tmp_path / "out.ipynb", ("-p", "organization", "sample", "-p", "export_folder", files)
    told = (path, out, "--no-progress-bar", "-k", "python3", *values)
    command = [sys.executable, "-m", "papermill", *map(str, told)]
    if path.stem == "api_usage_report":  # the others load less: papermill and their kernels are forks
        done = subprocess.run(
            command, env=apiusage.environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
    else:
        kernels = {"JUPYTER_PATH": str(warm.kernels(tmp_path / "jupyter"))}
        done = warm.run(command, apiusage.environment | kernels, tmp_path)
    assert done.returncode == 0, done.stderr

    cells = nbformat.read(out, as_version=4).cells
    panels = [cell for cell in cells if "panel" in cell.metadata.get("tags", [])]
    assert all(
        [sorted({*output.data} - {PAGE_ROWS}) for output in cell.outputs] == [["text/html", "text/plain"]]
        for cell in panels
    )
    assert len(list(files.glob("*.csv"))) == _FILES[path.stem]
