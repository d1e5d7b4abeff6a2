"""The house: which room may load what, how notebooks read, and nothing that belongs to one machine."""

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from apiusage_helpers.reports.api_usage import panels as api_usage
from apiusage_helpers.reports.usage_view import view as usage_view

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "apiusage_helpers"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ROOMS = {
    "deltalake": {"store"},
    "duckdb": {"store", "store/engines"},
    "pyspark": {"store/engines"},
    "narwhals": {"tables"},
    "matplotlib": {"charts"},
    "papermill": {"runs/execution"},
    "nbconvert": {"page"},
    "nh3": {"page"},
    "jinja2": {"page"},
    "psutil": {"runs/execution"},
    "msgspec": {"genesys_cloud", "store", "sources", "runs/records"},
    "httpx": {"genesys_cloud"},
    "stamina": {"genesys_cloud"},
    "cronsim": {"runs/scheduling"},
    "apprise": {"runs/notifications"},
    "pydantic": {"settings", "reports/fair_use", "reports/usage_view", "reports/troubleshooting", "reports/training"},
    "click": {"cli"},
    "rich": {"cli"},
    "filelock": {"store", "runs/records", "runs/execution", "runs/catalog", "runs/notifications", "runs/scheduling"},
    "ipywidgets": {"live", "live/controls"},
    "anywidget": {"live", "live/controls"},
    "xlsxwriter": {"tables"},
}


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_layers_are_kept() -> None:
    """Imports run one way, from the rows to the report."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",), ("oxlint", "--quiet")],
    ids=" ".join,
)
def test_the_code_is_in_order(command: tuple[str, ...]) -> None:
    """Linter, formatter and type checker have nothing to say."""
    tool = Path(sys.executable).parent / command[0]
    done = subprocess.run([tool, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@cache
def imported() -> dict[str, set[str]]:
    """The rooms that import each package; every module is read once."""
    rooms: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
        parts = [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
        for name in (*plain, *parts):
            rooms.setdefault(name.split(".")[0], set()).add(path.parent.relative_to(PACKAGE).as_posix())
    return rooms


@pytest.mark.parametrize("package", ROOMS)
def test_a_third_party_package_lives_in_its_room(package: str) -> None:
    """Each package is imported where DESIGN puts it and nowhere else."""
    assert imported()[package] == ROOMS[package]


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("apiusage_helpers.tables.panel_spec", "matplotlib"),
        ("apiusage_helpers.cli", "pandas"),
        ("apiusage_helpers.store", "pandas"),
        ("apiusage_helpers.fetching.fetch", "pandas"),
        ("apiusage_helpers.fetching.fetch", "papermill"),
    ],
)
def test_importing_a_room_loads_no_more_than_it_needs(module: str, heavy: str) -> None:
    """Tables load no drawing, and neither the command line nor the store loads pandas."""
    code = f"import sys, {module}; print({heavy!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_only_tells_the_story(path: Path) -> None:
    """Short cells without logic, imports in the setup cell, at least as much prose as code; outputs in the training only."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    tags = [set(cell["metadata"]["tags"]) for cell in code]
    lines = [len("".join(cell["source"]).splitlines()) for cell in code]
    lengths = sorted(length for length, tag in zip(lines, tags, strict=True) if not {"parameters", "setup"} & tag)

    assert all(length <= 8 for length, tag in zip(lines, tags, strict=True) if "parameters" not in tag)
    assert lengths[len(lengths) // 2] <= 2
    assert path.stem == "training" or all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    for cell in code:
        nodes = list(ast.walk(ast.parse("".join(cell["source"]))))
        assert not any(
            isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.If | ast.JoinedStr) for node in nodes
        )
        if "setup" not in cell["metadata"]["tags"]:
            assert not any(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes)
    prose = sum(len("".join(cell["source"])) for cell in cells if cell["cell_type"] == "markdown")
    assert prose >= sum(len("".join(cell["source"])) for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_parameters_are_literals_with_hints_and_comments(path: Path) -> None:
    """One cell is tagged parameters; each line is `name: type = literal  # comment`."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    (cell,) = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]

    for line in "".join(cell["source"]).splitlines():
        assert re.fullmatch(r"[a-z_]+: (str|int|list|float|dict) = .+  # .+", line), line
        ast.literal_eval(line.split(" = ", 1)[1].split("  # ")[0])


def test_panels_are_named_in_their_reports_only() -> None:
    """No other code of the kit, and no script of its pages, names a panel that a report declares."""
    names = {panel.name for panel in (*api_usage.PANELS, *usage_view.PANELS)}
    texts = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py") if "reports" not in path.parts}
    strings = {
        path: {
            node.value
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        for path, text in texts.items()
    }
    scripts = {
        path: set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
        for kind in ("js", "css")
        for path in PACKAGE.rglob(f"*.{kind}")
    }

    assert len(names) == 14
    assert {path.name: found for path, words in (strings | scripts).items() if (found := names & words)} == {}


def test_nothing_names_a_machine_or_an_index() -> None:
    """No tracked file bears a path of one machine or the host of a package index."""
    signs = re.compile("/" + "(?:home|root|Users|opt|work)/[a-z]|files\\." + "pythonhosted|pypi\\." + "org")
    named = [
        path.relative_to(ROOT)
        for path in tracked()
        if path.suffix not in {".png", ".lock"} and signs.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    locks = [path for path in tracked() if path.suffix == ".lock" and "://" in path.read_text(encoding="utf-8")]

    assert (named, locks) == ([], [])


def test_environment_and_lock_are_one_truth() -> None:
    """environment.yml names python, pip and the lock, and every line of the lock's packages bears hashes."""
    lines = [line.strip(" -") for line in (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()]
    packages = re.findall(r"(?m)^[a-z0-9][^\n]*==[^\n]*", (ROOT / "requirements.lock").read_text(encoding="utf-8"))

    assert lines[2:] == ["python>=3.11", "pip", "pip:", "r requirements.lock"]
    assert packages
    assert all(line.endswith("\\") for line in packages)
