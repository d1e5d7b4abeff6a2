"""The commands that make reports and tell what has run: report, runs."""

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from apiusage_helpers.cli.messages import tell, today_option
from apiusage_helpers.errors import ApiUsageError, why_unwritable


@click.command(short_help="Make and publish the report of a params file.")
@click.argument("params_file", type=click.Path(path_type=Path), metavar="PARAMS_FILE")
@click.option(
    "-p", "overrides", nargs=2, multiple=True, metavar="NAME VALUE", help="A parameter instead of the file's."
)
@today_option
def report(*, params_file: Path, overrides: Sequence[tuple[str, str]], today: date | None) -> None:
    """Make and publish the report that PARAMS_FILE describes; print its folder."""
    from apiusage_helpers.runs.execution.run_process import first_process, workers_for

    with first_process() as waiting:  # it loads while the parameters are checked
        checked = _read(params_file, overrides, today)
        codes = []
        with workers_for(_runs_at_most(checked), waiting=waiting) as workers:  # they load while the store is asked
            wanted = _wanted_organizations(checked)
            for folder, code in workers.each(lambda organization: _made(checked, organization, workers), wanted):
                codes.append(code)
                if folder:
                    click.echo(folder)
    _rebuild_pages()
    sys.exit(max(codes))


def _read(params_file: Path, overrides: Sequence[tuple[str, str]], today: date | None) -> Any:
    from apiusage_helpers.interval import utc_today
    from apiusage_helpers.reports.contract import read_report
    from apiusage_helpers.runs.scheduling.instants import check_cron

    return read_report(params_file, overrides, today=today or utc_today(), check_cron=check_cron)


def _made(checked: Any, organization: str, workers: Any) -> tuple[Path | None, int]:
    """The published folder of one organization's report, and the exit code; faults and notes on the data are told."""
    from apiusage_helpers.runs.execution.run import run_report
    from apiusage_helpers.runs.records.run_facts import facts_of
    from apiusage_helpers.store import refuse_unreadable

    try:
        refuse_unreadable(checked.selection(organization))  # said before a run begins, and kept nowhere
        folder = run_report(checked, organization, workers=workers, tell=tell)
    except ApiUsageError as fault:
        tell(f"{organization}: {fault}")
        return None, fault.exit_code
    facts = facts_of(folder)
    if facts:
        for note in facts.notes:
            tell(f"{facts.place}: {note}")
    return folder, 0


@click.command(short_help="List what has run, and where it is.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def runs(*, as_json: bool) -> None:
    """List what has run: report, organization, interval, status, path."""
    import json

    from apiusage_helpers.project import places
    from apiusage_helpers.runs.catalog import listing

    found = listing.runs(places.output_folder())
    faults = list(listing.not_listed(places.output_folder()))
    for fault in faults:
        tell(fault)
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
    elif found or not faults:
        _print_runs(found)


def _rebuild_pages() -> None:
    """The list of reports and the roll-ups know of it; a report that is published stays so if they cannot be written."""
    from apiusage_helpers.project import places
    from apiusage_helpers.runs.catalog.index_pages import rebuild_pages

    try:
        rebuild_pages(places.output_folder(), datetime.now(UTC))
    except OSError as fault:
        tell(f"{places.output_folder()}: the list of reports cannot be written: {why_unwritable(fault)}")


def _runs_at_most(checked: Any) -> int:
    """How many organizations a report names; as many as there may be for all."""
    return sys.maxsize if checked.parameters.organization == "all" else len(checked.organizations(()))


def _wanted_organizations(checked: Any) -> tuple[str, ...]:
    from apiusage_helpers.errors import StoreError
    from apiusage_helpers.runs.scheduling.plans import NONE_YET

    if checked.parameters.organization != "all":
        return tuple(checked.organizations(()))
    from apiusage_helpers.store import organizations

    wanted = tuple(checked.organizations(organizations()))
    if not wanted:
        raise StoreError(NONE_YET)
    return wanted


def _print_runs(found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not found:
        tell("nothing has run yet; try: apiusage report params/daily.yaml")
        return
    columns = ("report", "organization", "interval", "status", "path")
    table = Table(*columns, box=None, pad_edge=False)
    for run in found:
        table.add_row(*(Text(str(run[name]), overflow="fold") for name in columns))
    Console(width=None if sys.stdout.isatty() else 400).print(table)
