"""The examples for other schedulers: what they name is there, and means the days that the kit's own reports mean."""

import ast
import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import jinja2
import pytest
from papermill import inspect_notebook

from apiusage_helpers.cli import cli
from apiusage_helpers.interval import resolve

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES, REPORT = ROOT / "examples", ROOT / "notebooks" / "api_usage_report.ipynb"


@pytest.fixture
def operator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What the Airflow example gives to its operator, where the home folder is one of its own; Airflow itself is not needed."""
    given: dict[str, Any] = {}

    class Dag:
        def __init__(self, name: str, **options: Any) -> None:
            given.update(dag=name, **options)

        def __enter__(self) -> None: ...

        def __exit__(self, *_: object) -> None: ...

    def module(name: str, **members: Any) -> None:
        made = ModuleType(name)
        vars(made).update(members)
        monkeypatch.setitem(sys.modules, name, made)

    for name in (
        "airflow",
        "airflow.providers",
        "airflow.providers.papermill",
        "airflow.providers.papermill.operators",
    ):
        module(name)
    module("airflow.sdk", DAG=Dag)
    module("airflow.providers.papermill.operators.papermill", PapermillOperator=lambda **told: given.update(told))
    monkeypatch.setenv("HOME", str(tmp_path))
    code = (EXAMPLES / "airflow_dag.py").read_text(encoding="utf-8")
    exec(compile(code, "airflow_dag.py", "exec"), {"__name__": "airflow_dag"})  # noqa: S102  # as Airflow does
    return given


def parameters(notebook: Path = REPORT) -> dict[str, Any]:
    """The parameters cell of a notebook, by name."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    [cell] = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    tree = ast.parse("".join(cell["source"]))
    return {node.target.id: ast.literal_eval(node.value) for node in tree.body}  # type: ignore[attr-defined, union-attr, arg-type]


def rendered(instant: datetime) -> Callable[[str], str]:
    """A template as Airflow renders it at the instant of a run."""
    templates = jinja2.Environment(autoescape=False)  # noqa: S701  # no HTML
    templates.filters["ds"] = lambda moment: f"{moment:%Y-%m-%d}"
    given = {"data_interval_end": instant, "macros": SimpleNamespace(timedelta=timedelta)}
    return lambda text: templates.from_string(text).render(given)


def test_the_airflow_example_reports_on_the_week_before_its_instant(operator) -> None:
    """As weekly.yaml does, for the notebook's own parameters, with the kit's kernel, into a folder that it makes."""
    render = rendered(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
    told = {name: render(value) for name, value in operator["parameters"].items()}

    assert told.keys() <= parameters().keys()
    assert told["today"] == "2026-11-23"
    assert told["date_range"] == str(resolve("previous_7_days", datetime(2026, 11, 23, tzinfo=UTC).date()))
    assert Path(operator["input_nb"]).relative_to(Path.home() / "api-usage-kit") == REPORT.relative_to(ROOT)
    operator["pre_execute"]({})
    assert Path(render(operator["output_nb"])).parent.is_dir()
    assert f"--name {operator['kernel_name']}\n" in (EXAMPLES / "airflow_dag.py").read_text(encoding="utf-8")


def test_the_jupyter_scheduler_example_gives_values_as_code() -> None:
    """Each row is a line that the parameters cell could hold, of the same type as there."""
    text = (EXAMPLES / "jupyter-scheduler.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"\| `(\w+)` \| `(.+)` \|", text))

    assert rows.keys() == {"organization", "date_range", "top"}
    assert all(type(ast.literal_eval(value)) is type(parameters()[name]) for name, value in rows.items())


def test_the_commands_of_cron_and_systemd_are_commands() -> None:
    """Their programs and options are those of the command line; the timer starts the service of its name."""
    unit = configparser.ConfigParser(strict=True, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read([EXAMPLES / "systemd" / f"apiusage-due.{kind}" for kind in ("service", "timer")])
    cron = (EXAMPLES / "crontab").read_text(encoding="utf-8")
    words = re.findall(r"(?m)^[*\d/ ]+cd .*\.venv/bin/apiusage (\w+)", cron)

    assert words == ["due", "prune"]
    assert unit["Service"]["ExecStart"].split()[0] == f"{unit['Service']['WorkingDirectory']}/.venv/bin/apiusage"
    assert {*words, unit["Service"]["ExecStart"].split()[1]} <= cli.commands.keys()


@pytest.fixture
def odd_folder(tmp_path: Path) -> Path:
    """The kit's files in a folder whose path has a space and a quote."""
    folder = tmp_path / "a b 'c" / "api-usage-kit"
    listed = subprocess.run(["git", "ls-files", "-z", ":!tests"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.rstrip("\0").split("\0"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
    return folder


def test_recipes_and_cron_lines_work_in_any_folder_and_without_a_home(odd_folder) -> None:
    """A space, a quote, no HOME for make; cron's shell, and its HOME with both in it."""
    kept = {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ} | {"PYTHONPATH": str(odd_folder)}
    made = subprocess.run(
        ["make", "-o", ".venv/ready", "report"], cwd=odd_folder, env=kept, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    assert Path(made.stdout.splitlines()[-1]).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    cron = (EXAMPLES / "crontab").read_text(encoding="utf-8")
    [line] = re.findall(r"(?m)^[*\d/ ]+(cd .*apiusage due .*)$", cron)
    due = subprocess.run(
        ["/bin/sh", "-c", line.replace("apiusage due", "apiusage due --dry-run")],
        env=kept | {"HOME": str(odd_folder.parent)}, check=False,
    )  # fmt: skip

    assert due.returncode == 0
    assert ": due since " in (odd_folder / "output" / "due.log").read_text(encoding="utf-8")


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_papermill_knows_every_parameter_of_a_notebook(notebook: Path) -> None:
    """With type and help; a second `=` in a line would hide it, and papermill would call it unknown."""
    found = inspect_notebook(str(notebook))

    assert found.keys() == parameters(notebook).keys()
    assert all(parameter["help"] and parameter["inferred_type_name"] != "None" for parameter in found.values())
