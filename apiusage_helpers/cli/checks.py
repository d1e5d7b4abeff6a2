"""The command that looks at the place where reports are made: doctor."""

import sys

import click

from apiusage_helpers.cli.messages import show


@click.command()
def doctor() -> None:
    """Look at store, days, params files, environment and credentials (never shown), and say what needs attention."""
    from apiusage_helpers.runs.doctor.checkup import checkup

    findings = checkup()
    for line in findings.lines:
        show(line)
    sys.exit(findings.exit_code)
