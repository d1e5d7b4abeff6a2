"""The commands for reports that are made on schedule and left alone: due, schedule, diff, prune."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from apiusage_helpers.cli.messages import show, tell
from apiusage_helpers.errors import quoted

_YEARS = (1900, 2999)  # far enough from where dates begin and end to reckon with
_days = click.IntRange(0, 36_500)


class Instant(click.ParamType):  # type: ignore[type-arg]  # generic for the type checker only
    """An instant in ISO 8601; UTC where it names no zone."""

    name = "ISO"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant that `value` means."""
        try:
            found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{quoted(value)} is not an instant: write 2026-11-24T09:30:00+01:00", param, ctx)
        if not _YEARS[0] <= found.year <= _YEARS[1]:
            self.fail(f"{quoted(value)} is not an instant of the years {_YEARS[0]} to {_YEARS[1]}", param, ctx)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


now_option = click.option("--now", type=Instant(), default=None, help="Act as if it were this instant.")


@click.command(short_help="Make every report that is due, then stop.")
@now_option
@click.option("--dry-run", is_flag=True, help="Show what would run and why; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: as JSON, for programs.")
def due(*, now: datetime | None, dry_run: bool, as_json: bool) -> None:
    """Make every scheduled report that is due and not published, once each, then stop."""
    if as_json and not dry_run:
        raise click.UsageError("--json works with --dry-run only")
    from apiusage_helpers.runs.scheduling.due import due as make_due
    from apiusage_helpers.runs.scheduling.ports import Ports

    try:
        code = make_due(now or datetime.now(UTC), Ports(tell=tell, show=show), dry_run=dry_run, as_json=as_json)
    except OSError as fault:
        tell(f"{fault.filename or 'the output folder'}: {fault.strerror or fault}: what is due stays due")
        code = 5
    sys.exit(code)


@click.command(short_help="Stay, and make each report when it is due.")
def schedule() -> None:
    """Stay, and do what `apiusage due` does at each scheduled instant."""
    from apiusage_helpers.runs.scheduling.daemon import stay
    from apiusage_helpers.runs.scheduling.ports import Ports

    stay(Ports(tell=tell, show=show))


@click.command(short_help="Say what changed between two runs.")
@click.argument("before", type=click.Path(path_type=Path), metavar="RUN")
@click.argument("after", type=click.Path(path_type=Path), metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def diff(*, before: Path, after: Path, as_json: bool) -> None:
    """Say what changed between two runs, row by row. A RUN is a path that `apiusage runs` lists, or a run's id."""
    import json

    from apiusage_helpers.project import places
    from apiusage_helpers.runs.catalog import compare

    output = places.output_folder()
    found = compare.differences(compare.find_run(output, before), compare.find_run(output, after))
    if as_json:
        click.echo(json.dumps(compare.as_json(found), indent=1, ensure_ascii=False))
        return
    for line in compare.told(found):
        show(line)


@click.command(short_help="Take old reports away.")
@click.option("--days", type=_days, default=30, show_default=True, help="Keep all of the last days.")
@click.option("--weeks", type=click.IntRange(0), default=12, show_default=True, help="Then the newest of each week.")
@click.option("--months", type=click.IntRange(0), default=24, show_default=True, help="Then the newest of each month.")
@click.option(
    "--rest", type=_days, default=14, show_default=True, help="Keep replaced and failed runs for this many days."
)
@click.option("--dry-run", is_flag=True, help="Show what would go; change nothing.")
@now_option
def prune(*, days: int, weeks: int, months: int, rest: int, dry_run: bool, now: datetime | None) -> None:
    """Take old reports away, but never the newest of a report and organization; also replaced and failed runs."""
    from apiusage_helpers.project import places
    from apiusage_helpers.runs.catalog import retention
    from apiusage_helpers.runs.scheduling.plans import read_plans
    from apiusage_helpers.text import counted

    keep, instant = retention.Keep(days, weeks, months, rest), now or datetime.now(UTC)
    output, (plans, faults) = places.output_folder(), read_plans(places.params_folder())
    for fault in faults:
        tell(fault)
    if dry_run:
        gone = [*retention.old_reports(output, plans, keep, instant), *retention.leftovers(output, keep, instant)]
    else:
        gone = list(retention.prune(output, plans, keep, instant))
    for path in gone:
        click.echo(path)
    tell(f"{counted(len(gone), 'run')} {'would go' if dry_run else 'gone'}")
