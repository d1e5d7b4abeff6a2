"""The command that says what is wrong with an organization's requests: findings."""

from typing import Any

import click

from apiusage_helpers.cli.messages import show, tell, today_option


@click.command(short_help="Say what is wrong, worst first, and what to do.")
@click.option("--organization", required=True)
@click.option(
    "--interval", default="previous_7_days", show_default=True, metavar="START/END", help="Days, or a preset."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@today_option
def findings(*, organization: str, interval: str, as_json: bool, today: object) -> None:
    """Say what is wrong with an organization's requests, worst first, and what to do."""
    import json

    found = _found(organization, interval, today)
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    if not found:
        tell(f"{organization}: nothing to report")
    for one in found:
        known = f" (acknowledged: {one['acknowledged']})" if one["acknowledged"] else ""
        show(
            f"{one['severity']}: {one['kind']}, {one['start']} to {one['end']}{known}\n  {one['cause']}\n  {one['remedy']}"
        )


def _found(organization: str, interval: str, today: object) -> list[dict[str, Any]]:
    """The findings as findings.json has them: those that were found before where nothing has changed, else found now."""
    from apiusage_helpers.interval import utc_today
    from apiusage_helpers.runs.records.kept_findings import keep_findings, kept_findings
    from apiusage_helpers.selection import select

    selection = select(organization, interval, today=today or utc_today())  # type: ignore[arg-type]  # a date, or nothing
    kept = kept_findings(selection)
    if kept is not None:
        return kept
    from apiusage_helpers.insights import analysis

    found = [one.told() for one in analysis.findings(organization, interval, today=selection.today)]
    keep_findings(selection, found)
    return found
