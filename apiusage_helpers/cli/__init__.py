"""The command `apiusage`: each command reads like its sentence in the README, and imports what it needs when it runs.

Messages and progress go to stderr, results to stdout. A fault that the kit explains is one message and its exit code; a
traceback is shown with --debug only.
"""

import errno
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from apiusage_helpers.errors import ApiUsageError
from apiusage_helpers.panels.labels import counted

_NO_DISK = {errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EACCES, errno.EPERM}


class _Day(click.ParamType):  # type: ignore[type-arg]  # generic for the type checker only
    """A UTC date, written YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date that `value` means."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date: write YYYY-MM-DD", param, ctx)


_today = click.option("--today", type=_Day(), default=None, help="UTC date to take for today (default: now).")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of a fault.")
def cli(*, debug: bool) -> None:  # taken out by `main`; stands here for --help
    """API usage of Genesys Cloud organizations: import rows, report on them, see what has run."""


@cli.command()
@click.option("--organization", default="sample", show_default=True)
@click.option("--days", type=click.IntRange(1, 3660), default=120, show_default=True)
@click.option("--clients", type=click.IntRange(1, 5000), default=12, show_default=True)
@click.option(
    "--template-uris", type=click.IntRange(1, 100_000), default=None, help="Invent template URIs up to this many."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--if-needed", is_flag=True, help="Only where the store is empty, or its sample does not reach yesterday."
)
@_today
def sample(
    *,
    organization: str,
    days: int,
    clients: int,
    template_uris: int | None,
    seed: int,
    if_needed: bool,
    today: date | None,
) -> None:
    """Write an invented organization into the store; its days end yesterday (UTC)."""
    from apiusage_helpers.interval import utc_today
    from apiusage_helpers.sources.sample import sample_usage
    from apiusage_helpers.store import Origin, write_days
    from apiusage_helpers.usage import organization_name

    day, name = today or utc_today(), organization_name(organization)
    if if_needed and not _needs_sample(name, day):
        return
    _tell(f"inventing {counted(days, 'day')} of {counted(clients, 'OAuth client')} for {name}")
    usage, interval = sample_usage(today=day, days=days, clients=clients, template_uris=template_uris, seed=seed)
    written = write_days(name, usage, interval.days, Origin("sample", datetime.now(UTC)))
    _tell_written(written)
    _tell_days(name)


@cli.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--organization", required=True)
@click.option("--interval", default=None, metavar="START/END", help="What the query covered, both UTC days included.")
@click.option(
    "--granularity", type=click.Choice(["day"]), default=None, help="Confirm that dates which look weekly are days."
)
def import_files(*, files: tuple[Path, ...], organization: str, interval: str | None, granularity: str | None) -> None:
    """Read result JSON of the usage API, or CSV, into the store; all FILEs together are one result."""
    import pyarrow as pa

    from apiusage_helpers.interval import resolve, utc_today
    from apiusage_helpers.sources.files import read_usage
    from apiusage_helpers.store import Origin, write_days
    from apiusage_helpers.usage import organization_name

    pa.set_memory_pool(pa.system_memory_pool())  # a large result is read a sixth faster than with Arrow's default pool
    name = organization_name(organization)
    covered = resolve(interval, utc_today()) if interval else None
    _tell(f"reading {counted(len(files), 'file')}")
    found = read_usage(files, today=utc_today(), interval=covered, granularity=granularity)
    for note in found.notes:
        _tell(note)
    _tell(f"writing {found.usage.num_rows:,} rows of {counted(len(found.days), 'day')}")
    written = write_days(name, found.usage, found.days, Origin(found.source, datetime.now(UTC)))
    _tell_written(written)
    _tell_days(name)


@cli.command()
@click.option("--organization", required=True)
@click.option("--interval", default=None, metavar="START/END", help="Which UTC days (default: all).")
def forget(*, organization: str, interval: str | None) -> None:
    """Take days of an organization back out of the store."""
    from apiusage_helpers.interval import parse_interval
    from apiusage_helpers.store import forget_days
    from apiusage_helpers.usage import organization_name

    name = organization_name(organization)
    gone = forget_days(name, parse_interval(interval) if interval else None)
    _tell(f"forgot {counted(len(gone), 'day')} of {name}: {gone[0]} to {gone[-1]}")


@cli.command()
@click.argument("params_file", type=click.Path(path_type=Path), metavar="PARAMS_FILE")
@click.option(
    "-p", "overrides", nargs=2, multiple=True, metavar="NAME VALUE", help="A parameter instead of the file's."
)
@_today
def report(*, params_file: Path, overrides: Sequence[tuple[str, str]], today: date | None) -> None:
    """Make and publish the report that PARAMS_FILE describes; print its folder."""
    from apiusage_helpers.interval import utc_today
    from apiusage_helpers.parameters import read_report_file
    from apiusage_helpers.runs.run import run_report

    checked = read_report_file(params_file, overrides, today=today or utc_today())
    codes = [0]
    for organization in _wanted_organizations(checked):
        try:
            click.echo(run_report(checked, organization, tell=_tell))
        except ApiUsageError as fault:
            _tell(f"{organization}: {fault}")
            codes.append(fault.exit_code)
    sys.exit(max(codes))


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def runs(*, as_json: bool) -> None:
    """List what has run: report, organization, interval, status, path."""
    import json

    from apiusage_helpers import project
    from apiusage_helpers.runs import shelf

    found = shelf.runs(project.output_folder())
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    _print_runs(found)


@cli.command()
def doctor() -> None:
    """Look at store, days, environment and credentials (never shown), and say what needs attention."""
    from apiusage_helpers.runs.checkup import checkup

    findings = checkup()
    for line in findings.lines:
        click.echo(line)
    sys.exit(findings.exit_code)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; always ends by SystemExit with one of the documented codes."""
    written = list(sys.argv[1:] if arguments is None else arguments)
    given = [argument for argument in written if argument != "--debug"]  # wherever it stands
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        cli.main(args=given, prog_name="apiusage", standalone_mode=False)
    except click.ClickException as fault:
        fault.show()
        sys.exit(fault.exit_code)
    except click.Abort:
        _tell("stopped")
        sys.exit(130)
    except BrokenPipeError:
        os._exit(0)
    except Exception as fault:
        if given != written:
            raise
        sys.exit(_told(fault))


def _told(fault: Exception) -> int:
    """The exit code of a fault, after its message."""
    if isinstance(fault, ApiUsageError):
        _tell(str(fault))
        return fault.exit_code
    if isinstance(fault, OSError) and fault.errno in _NO_DISK:
        _tell(f"{fault.filename or 'a folder'}: {fault.strerror}: nothing was changed")
        return 3
    _tell(
        f"a defect of this program: {type(fault).__name__}; run it again as `apiusage --debug ...` and report what it says"
    )
    return 1


def _tell(message: str) -> None:
    click.echo(message, err=True)


def _tell_written(written: Any) -> None:
    """What a write changed, one line a kind."""
    for day, old, new in written.restated:
        _tell(f"{day} restated: {old:,} -> {new:,} requests")
    counts = {
        "added": written.added,
        "restated": written.restated,
        "renamed": written.renamed,
        "unchanged": written.unchanged,
    }
    told = [f"{len(days)} {word}" for word, days in counts.items() if days]
    _tell(f"days: {', '.join(told)}" + (f"; {len(written.empty)} without traffic" if written.empty else ""))


def _tell_days(organization: str) -> None:
    """The days that the store has now, and the next command."""
    from apiusage_helpers.store import stored_days

    days = stored_days(organization)
    _tell(f"the store has {counted(len(days), 'day')} of {organization}: {days[0].date} to {days[-1].date}")
    _tell(
        f"next: apiusage report params/daily.yaml -p organization {organization} -p date_range {days[0].date}/{days[-1].date}"
    )


def _needs_sample(organization: str, today: date) -> bool:
    """Whether the store is empty, or holds a sample that ends before yesterday."""
    from apiusage_helpers.store import organizations, stored_days

    if not organizations():
        return True
    days = stored_days(organization)
    return bool(days) and days[-1].source == "sample" and (today - days[-1].date).days > 1


def _wanted_organizations(checked: Any) -> tuple[str, ...]:
    from apiusage_helpers.errors import StoreError
    from apiusage_helpers.store import organizations

    if checked.parameters.organization != "all":
        return tuple(checked.organizations(()))
    wanted = tuple(checked.organizations(organizations()))
    if not wanted:
        raise StoreError("organization all: the store has none yet; try: apiusage import FILE... --organization NAME")
    return wanted


def _print_runs(found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not found:
        _tell("nothing has run yet; try: apiusage report params/daily.yaml")
        return
    columns = ("report", "organization", "interval", "status", "path")
    table = Table(*columns, box=None, pad_edge=False)
    for run in found:
        table.add_row(*(Text(str(run[name]), overflow="fold") for name in columns))
    Console(width=None if sys.stdout.isatty() else 400).print(table)


if __name__ == "__main__":
    main()
