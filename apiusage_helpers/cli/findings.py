"""The command that says what is wrong with an organization's requests: findings."""

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

    from apiusage_helpers.insights import findings as found_in
    from apiusage_helpers.interval import utc_today

    found = found_in(organization, interval, today=today or utc_today())  # type: ignore[arg-type]  # a date, or nothing
    if as_json:
        click.echo(json.dumps([one.told() for one in found], indent=1, ensure_ascii=False))
        return
    if not found:
        tell(f"{organization}: nothing to report")
    for one in found:
        known = f" (acknowledged: {one.acknowledged})" if one.acknowledged else ""
        show(f"{one.severity}: {one.kind}, {one.start} to {one.end}{known}\n  {one.cause}\n  {one.remedy}")
