"""What commands say on stderr, and the option that several of them share."""

import os
import re
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from apiusage_helpers.errors import shown
from apiusage_helpers.interval import FIRST_DAY, LAST_DAY
from apiusage_helpers.text import counted, visible


class UtcDate(click.ParamType):  # type: ignore[type-arg]  # generic for the type checker only
    """A UTC date, written YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date that `value` means."""
        try:
            day = value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{shown('date', value)} is not a date: write YYYY-MM-DD", param, ctx)
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail(f"{day} is no day of this platform: {FIRST_DAY} to {LAST_DAY}", param, ctx)
        return day


_NAME = "apiusage"
_COMMANDS = "--debug|sample|import|fetch|forget|report|runs|findings|due|schedule|diff|prune|doctor|repair|training"
_COMMAND = re.compile(rf"(?<![\w./\\-])apiusage(?= (?:{_COMMANDS})\b)")  # not the end of a path to it
today_option = click.option("--today", type=UtcDate(), default=None, help="Act as if today were this UTC date.")


def tell(message: str) -> None:
    """Say it on stderr; commands that it names are written as this one was called. Work goes on where nobody reads it."""
    try:
        click.echo(as_called(printable(message)), err=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def show(message: str) -> None:
    """Say it on stdout, where results go."""
    click.echo(printable(message))


def program() -> str:
    """What this command was called by: `apiusage`, a path to it, or `python -m apiusage_helpers.cli`."""
    called = Path(sys.argv[0])
    if called.stem == "__main__":
        return f"{Path(sys.executable).name} -m apiusage_helpers.cli"
    return sys.argv[0] if called.name == _NAME and os.sep in sys.argv[0] and shutil.which(_NAME) is None else _NAME


def as_called(message: str) -> str:
    """The message with the commands that it names written as this one was called."""
    return _COMMAND.sub(program(), message)


def printable(message: str) -> str:
    """The message with what would act on a terminal made visible: names and answers come from outside."""
    return "\n".join(map(visible, message.split("\n")))


def tell_written(written: Any) -> None:
    """What a write changed, one line a kind."""
    for line in written.told():
        tell(line)


def tell_days(organization: str, *, today: date | None = None) -> None:
    """The days that the store has now, and the next command: as of `today` where the days were brought in as of it."""
    from apiusage_helpers.store import stored_days

    days = stored_days(organization)
    tell(f"the store has {counted(len(days), 'day')} of {organization}: {days[0].date} to {days[-1].date}")
    past = [day.date for day in days if today is None or day.date < today]
    as_of = f" --today {today}" if today else ""
    tell(
        f"next: apiusage report params/daily.yaml -p organization {organization} -p date_range {past[0]}/{past[-1]}{as_of}"
    )
