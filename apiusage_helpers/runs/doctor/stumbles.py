"""What a report would stumble over when it is made: names that nobody bears, variables that are not set, tables out of date.

Each is a sentence on what is wrong and what to do; nothing here stops a report.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from datetime import date

from apiusage_helpers.errors import ApiUsageError, ParameterError
from apiusage_helpers.interval import Interval
from apiusage_helpers.project import places
from apiusage_helpers.runs.records.work import schedule_of
from apiusage_helpers.selection import Selection
from apiusage_helpers.settings import acknowledged, allowances
from apiusage_helpers.settings.report_file import ReportFile
from apiusage_helpers.store import organizations, scan, stored_days
from apiusage_helpers.text import did_you_mean, visible


def stumbles(reports: Sequence[ReportFile], today: date) -> Iterator[str]:
    """All sentences on `reports`, and on the user's tables as of the UTC date `today`."""
    for report in reports:
        yield from _variables(report)
        yield from _choices(report, today)
    for of_a_table in (_licences, _acknowledged):
        try:
            yield from of_a_table(today)
        except ParameterError as fault:
            yield str(fault)


def _variables(report: ReportFile) -> Iterator[str]:
    """Variables of `deliver` that are not set here; what runs the schedule may have them."""
    names = {delivery.to for delivery in schedule_of(report).deliver} if report.schedule else set()
    for name in sorted(names - set(os.environ)):
        yield f"{report.file}: deliver: {name} is not set here, so no message would be sent: set it where `due` runs"


def _choices(report: ReportFile, today: date) -> Iterator[str]:
    """Chosen clients and template URIs that no stored row of any of the report's organizations bears."""
    chosen = report.parameters
    uris = [*chosen.client_template_uris, *chosen.template_uris]
    if not chosen.clients and not uris:
        return
    try:
        clients, known_uris = _borne(report.organizations(organizations()), today)
    except ApiUsageError:
        return  # the lines on the store say it
    yield from (_unknown(report, "clients", name, clients) for name in chosen.clients if name not in clients)
    yield from (_unknown(report, "template URIs", uri, known_uris) for uri in uris if uri not in known_uris)


def _borne(names: Collection[str], today: date) -> tuple[set[str], set[str]]:
    """The ids and names of clients, and the template URIs, that the stored rows of organizations bear."""
    clients: set[str] = set()
    uris: set[str] = set()
    for organization in names:
        days = stored_days(organization)
        rows = scan(
            Selection(organization=organization, interval=Interval(days[0].date, days[-1].date), today=today)
        ).rows
        clients |= {text for pair in rows.project("client_id, client_name").distinct().fetchall() for text in pair}
        uris |= {uri for (uri,) in rows.project("template_uri").distinct().fetchall()}
    return clients, uris


def _unknown(report: ReportFile, what: str, name: str, known: Collection[str]) -> str:
    return f"{report.file}: {what}: no row in the store has {visible(name)!r}{did_you_mean(name, sorted(known))}"


def _licences(today: date) -> Iterator[str]:
    found = allowances.read_allowances(places.table_file(allowances.FILE))
    named = [name for name, contract in found.organizations.items() if contract.licences]
    if named and found.table_of(today) is None:
        names = ", ".join(sorted(named))
        yield f"{allowances.FILE}: no table is valid on {today}, so the allowance of {names} is unknown: add one"


def _acknowledged(today: date) -> Iterator[str]:
    for one in acknowledged.read_acknowledged(places.table_file(acknowledged.FILE)):
        if one.until < today:
            what = one.kind or "all kinds"
            yield f"{acknowledged.FILE}: {what}: expired on {one.until} ({visible(one.reason)}): take it out, or set a new day"
