"""The command that looks at the place where reports are made: doctor."""

import json
import sys

import click

from apiusage_helpers.cli.messages import as_called, show


@click.command(short_help="Make a damaged store one that can be trusted again.")
@click.option("--dry-run", is_flag=True, help="Only say what would be dropped.")
def repair(*, dry_run: bool) -> None:
    """Drop damaged days, keep what is sound, and say which days to fetch or import again."""
    from apiusage_helpers.store.repair import planned_repair, repair_store, told

    repaired, unknown = planned_repair() if dry_run else repair_store()
    for line in told(repaired, unknown=unknown, planned=dry_run):
        show(as_called(line))


@click.command(short_help="Say what needs attention before reports are made.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def doctor(*, as_json: bool) -> None:
    """Look at store, days, params files, environment and credentials (never shown), and say what needs attention."""
    from apiusage_helpers.runs.doctor.checkup import checkup

    found = checkup()
    if as_json:
        lines = [{"state": line.state, "text": as_called(line.text)} for line in found.lines]
        click.echo(json.dumps(lines, indent=1, ensure_ascii=False))
    else:
        for line in found.lines:
            show(as_called(str(line)))
    sys.exit(found.exit_code)
