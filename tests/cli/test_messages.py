"""What commands say to people."""

import click
import pytest
from click.testing import CliRunner

from apiusage_helpers.cli.messages import Day, show, tell


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
    command = click.Command("c", params=[click.Option(["--today"], type=Day())], callback=lambda today: None)

    done = CliRunner().invoke(command, ["--today", day])

    assert done.exit_code == code
    assert len(done.output) < 600
