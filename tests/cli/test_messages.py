"""What commands say to people."""

import shlex
import subprocess

import click
import pytest
from click.testing import CliRunner

from apiusage_helpers.cli import cli
from apiusage_helpers.cli.messages import UtcDate, as_called, show, tell
from apiusage_helpers.store import organizations


def test_nothing_that_acts_on_a_terminal_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Control and direction characters of names are shown, lines stay lines."""
    tell("a\x1b[31mred\nb\u202ex")
    show("c\x9b1m")

    said = capsys.readouterr()

    assert said.err == "a␛[31mred\nb\ufffdx\n"
    assert said.out == "c\ufffd1m\n"


@pytest.mark.parametrize(
    ("day", "code"), [("0001-01-01", 2), ("9999-12-31", 2), ("2010-01-01", 0), ("2026-02-30", 2), ("x" * 9000, 2)]
)
def test_a_day_is_one_of_this_platform(day: str, code: int) -> None:
    """A date before 2010, or that nobody can mean, is refused in a line."""
    command = click.Command("c", params=[click.Option(["--today"], type=UtcDate())], callback=lambda today: None)

    done = CliRunner().invoke(command, ["--today", day])

    assert done.exit_code == code
    assert len(done.output) < 600


@pytest.mark.parametrize(
    ("called", "on_path", "said"),
    [
        ("bin/apiusage", True, "apiusage"), (".venv/bin/apiusage", False, ".venv/bin/apiusage"), ("apiusage", False, "apiusage"),
        ("site-packages/apiusage_helpers/cli/__main__.py", False, "python3 -m apiusage_helpers.cli"),
    ],
)  # fmt: skip
def test_hints_name_the_command_as_it_was_called(capsys, monkeypatch, called: str, on_path: bool, said: str) -> None:
    """So that a hint can be copied; other words stay as they are."""
    monkeypatch.setattr("sys.argv", [called])
    monkeypatch.setattr("sys.executable", "bin/python3")
    monkeypatch.setattr("shutil.which", lambda name: f"bin/{name}" if on_path else None)
    tell("try: apiusage fetch --organization acme; apiusage is a word, apiusage-report another")
    tell("Usage: bin/apiusage import")

    hint, usage = capsys.readouterr().err.splitlines()
    assert hint == f"try: {said} fetch --organization acme; apiusage is a word, apiusage-report another"
    assert usage == "Usage: bin/apiusage import"


def test_hints_of_every_command_can_be_copied(monkeypatch) -> None:
    """Also those of a command that is added later."""
    monkeypatch.setattr("sys.argv", [".venv/bin/apiusage"])
    monkeypatch.setattr("shutil.which", lambda _: None)

    assert [as_called(f"try: apiusage {name} x") for name in cli.commands] == [
        f"try: .venv/bin/apiusage {name} x" for name in cli.commands
    ]


def test_the_help_of_each_command_fits_in_its_column() -> None:
    """In a terminal of 80 columns no line of the list is cut, and each command has one."""
    text = CliRunner().invoke(cli, ["--help"], terminal_width=80).output
    lines = text[text.index("Commands:") :].splitlines()[1:]

    assert {line.split()[0] for line in lines} == set(cli.commands)
    assert all(line.endswith(".") and not line.endswith("..") for line in lines)


@pytest.mark.parametrize("streams", ["2>&-", "0<&- 1>&- 2>&-", "2>&1 | head -c 1", "| true"])
def test_a_stream_that_nobody_reads_ends_no_command(apiusage, result_file, legacy_row, streams: str) -> None:
    """What was begun is done, and the exit code says so."""
    file = result_file(legacy_row())
    line = (
        f"{shlex.join(apiusage.command('import', file, '--organization', 'acme'))} {streams}; exit ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", line], env=apiusage.environment, check=False, capture_output=True)

    assert done.returncode == 0, done.stderr
    assert organizations(apiusage.store) == ("acme",)
    listed = ["bash", "-c", f"{shlex.join(apiusage.command('runs'))} {streams}; exit ${{PIPESTATUS[0]}}"]
    assert subprocess.run(listed, env=apiusage.environment, check=False, capture_output=True).returncode == 0
