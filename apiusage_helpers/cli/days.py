"""The commands that bring days of usage into the store and take them out: sample, import, fetch, forget."""

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal

import click

from apiusage_helpers.cli.messages import show, tell, tell_days, tell_written, today_option
from apiusage_helpers.names import SAMPLE_DAYS
from apiusage_helpers.text import counted


@click.command(short_help="Write an invented organization into the store.")
@click.option("--organization", default="sample", show_default=True)
@click.option("--days", type=click.IntRange(1, 3660), default=SAMPLE_DAYS, show_default=True)
@click.option("--clients", type=click.IntRange(1, 5000), default=12, show_default=True)
@click.option(
    "--template-uris", type=click.IntRange(1, 100_000), default=None, help="Invent template URIs up to this many."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--hostile", is_flag=True, help="Give some clients names that break careless reports.")
@click.option("--if-needed", is_flag=True, help="Only if the store is empty or its sample ends before yesterday.")
@today_option
def sample(
    *,
    organization: str,
    days: int,
    clients: int,
    template_uris: int | None,
    seed: int,
    hostile: bool,
    if_needed: bool,
    today: date | None,
) -> None:
    """Write an invented organization into the store; its days end yesterday (UTC)."""
    from apiusage_helpers.interval import utc_today
    from apiusage_helpers.sources.sample import sample_clients, sample_usage
    from apiusage_helpers.store import ListedClient, Origin, write_clients, write_days
    from apiusage_helpers.usage import organization_name

    day, name = today or utc_today(), organization_name(organization)
    if if_needed and not _needs_sample(name, day):
        return
    tell(f"inventing {counted(days, 'day')} of {counted(clients, 'OAuth client')} for {name}")
    usage, interval = sample_usage(
        today=day, days=days, clients=clients, template_uris=template_uris, seed=seed, hostile=hostile
    )
    changed = write_days(name, usage, interval.days, Origin("sample", datetime.now(UTC)))
    if not hostile:
        listed = [
            ListedClient(client_id, called, "CLIENT-CREDENTIALS", state)
            for client_id, (called, state) in sample_clients(clients=clients, seed=seed).items()
        ]
        for clients_there in (listed, [one for one in listed if one.state == "active"]):
            write_clients(name, clients_there, datetime.combine(day, time(), UTC))
    tell_written(changed)
    tell_days(name, today=today)


@click.command("import", short_help="Read files of usage rows into the store.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--organization", required=True)
@click.option("--interval", default=None, metavar="START/END", help="What the query covered, both UTC days included.")
@click.option(
    "--granularity", type=click.Choice(["day"]), default=None, help="Confirm that dates which look weekly are days."
)
@click.option("--date-format", default=None, metavar="FORMAT", help="How a CSV writes its dates, such as %d.%m.%Y.")
@click.option("--thousands", default=None, metavar="CHARACTER", help="The thousands separator of a CSV's counts.")
def import_files(
    *,
    files: tuple[Path, ...],
    organization: str,
    interval: str | None,
    granularity: str | None,
    date_format: str | None,
    thousands: str | None,
) -> None:
    """Read result JSON of the usage API, or CSV, into the store; all FILEs together are one result."""
    from apiusage_helpers.interval import resolve, utc_today
    from apiusage_helpers.project.light_pyarrow import lighten
    from apiusage_helpers.sources.csv_exports import Written
    from apiusage_helpers.sources.files import read_usage
    from apiusage_helpers.store import Origin, write_days
    from apiusage_helpers.usage import organization_name

    lighten()
    name = organization_name(organization)
    written = Written(date_format, thousands)
    covered = resolve(interval, utc_today()) if interval is not None else None
    tell(f"reading {counted(len(files), 'file')}")
    found = read_usage(files, today=utc_today(), interval=covered, granularity=granularity, written=written)
    for note in found.notes:
        tell(note)
    tell(f"writing {counted(found.usage.num_rows, 'row')} of {counted(len(found.days), 'day')}")
    changed = write_days(name, found.usage, found.days, Origin(found.source, datetime.now(UTC)))
    tell_written(changed)
    tell_days(name)


@click.command(short_help="Bring days from Genesys Cloud into the store.")
@click.option("--organization", required=True, help="A name, or all: every profile of the platform CLI.")
@click.option(
    "--interval", default=None, metavar="START/END", help="Which UTC days (default: of the last 90, what is missing)."
)
@click.option(
    "--service", type=click.Choice(["usage", "jobs"]), default="usage", show_default=True,
    help="usage/query, or usage/aggregates/query/jobs with built-in clients.",
)  # fmt: skip
@click.option(
    "--compare",
    is_flag=True,
    help="Also ask the other service, and list where the two differ. The days of --service are stored.",
)
@click.option("--rebind", is_flag=True, help="Let the name stand for another organization of the platform than before.")
def fetch(
    *, organization: str, interval: str | None, service: Literal["usage", "jobs"], compare: bool, rebind: bool
) -> None:
    """Bring an organization's days from Genesys Cloud into the store."""
    from apiusage_helpers.fetching.fetch import fetch_all, fetch_organization
    from apiusage_helpers.fetching.wanted_days import Order
    from apiusage_helpers.interval import parse_interval
    from apiusage_helpers.project.light_pyarrow import lighten

    lighten()
    chosen = parse_interval(interval) if interval is not None else None
    order = Order(service, chosen, compare, rebind)
    if organization == "all":
        sys.exit(_tell_all(fetch_all(order, tell=tell), compare=compare))
    found = fetch_organization(organization, order, tell=tell)
    if compare:
        _print_differences(found.organization, found.differences)
    tell_days(found.organization)


def _tell_all(outcomes: Any, *, compare: bool) -> int:
    """The worst exit code, after a line for each organization."""
    from apiusage_helpers.errors import ApiUsageError

    codes = [0]
    tell(f"fetched {counted(len(outcomes), 'organization')}:")
    for name, outcome in sorted(outcomes.items()):
        if isinstance(outcome, ApiUsageError):
            tell(f"  {name}: failed: {outcome}")
            codes.append(outcome.exit_code)
            continue
        tell(f"  {name}: {outcome.written.told()[-1]}")
        if compare:
            _print_differences(name, outcome.differences)
    return max(codes)


def _print_differences(organization: str, differences: Sequence[Any]) -> None:
    show(f"{organization}: {counted(len(differences), 'OAuth client')} with other requests in the two services")
    if differences:
        show(f"{'usage/query':>14} {'jobs':>14} {'jobs more':>14}  OAuth client")
    for client in differences:
        more = client.jobs - client.usage
        show(f"{client.usage:>14,} {client.jobs:>14,} {more:>+14,}  {client.client_name} ({client.client_id})")


@click.command(short_help="Take days of an organization out of the store.")
@click.option("--organization", required=True)
@click.option("--interval", default=None, metavar="START/END", help="Which UTC days (default: all).")
def forget(*, organization: str, interval: str | None) -> None:
    """Take days of an organization back out of the store."""
    from apiusage_helpers.interval import parse_interval
    from apiusage_helpers.store import forget_days
    from apiusage_helpers.usage import organization_name

    name = organization_name(organization)
    gone = forget_days(name, parse_interval(interval) if interval is not None else None)
    tell(f"forgot {counted(len(gone), 'day')} of {name}: {gone[0]} to {gone[-1]}")


def _needs_sample(organization: str, today: date) -> bool:
    """Whether the store is empty, or holds a sample that ends before yesterday."""
    from apiusage_helpers.store import organizations, stored_days

    if not organizations():
        return True
    days = stored_days(organization)
    return bool(days) and days[-1].source == "sample" and (today - days[-1].date).days > 1
