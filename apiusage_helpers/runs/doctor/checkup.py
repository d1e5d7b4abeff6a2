"""A check-up of the place where reports are made: packages, store, folders, params files, access to Genesys Cloud.

It changes nothing.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from apiusage_helpers.errors import ParameterError, RunError, StoreError
from apiusage_helpers.interval import Interval, utc_today
from apiusage_helpers.project import places
from apiusage_helpers.runs.doctor.access import access_lines
from apiusage_helpers.runs.doctor.stumbles import stumbles
from apiusage_helpers.runs.scheduling.plans import read_reports
from apiusage_helpers.settings.report_file import ReportFile
from apiusage_helpers.store import organizations, stored_days
from apiusage_helpers.store.identities import identity
from apiusage_helpers.store.oauth_clients import refuse_lost
from apiusage_helpers.tables.client_directory import read_clients
from apiusage_helpers.text import counted

_PACKAGES = ("duckdb", "deltalake", "pandas", "matplotlib", "papermill", "nbconvert")
_LITTLE = 1 << 30


@dataclass(frozen=True)
class Line:
    """One thing that was looked at: `ok`, `note`, or `attention` where somebody should act; and what was found."""

    state: str
    text: str

    def __str__(self) -> str:
        return f"{self.state:<10}" + self.text.replace("\n", f"\n{'':<10}")


@dataclass(frozen=True)
class Checkup:
    """What was found, one line each, and the exit code.

    3 when the store cannot be trusted or access fails, else 2 when a params file has faults or the output folder is none, else 0.
    """

    lines: tuple[Line, ...]
    exit_code: int


def checkup() -> Checkup:
    """The state of packages, folders, store, params files and credentials; the value of a credential is never told."""
    codes = [0]
    lines = (*_packages(), *_folders(codes), *_store(codes), *_listed(codes), *_params(codes), *_clients(codes))
    platform = access_lines()
    told = (*lines, *(Line(state, text) for state, text in platform.lines))
    return Checkup(told, max(*codes, 0 if platform.sound else 3))


def _packages() -> Iterator[Line]:
    yield Line("ok", f"Python {sys.version.split()[0]}")
    for name in _PACKAGES:
        try:
            yield Line("ok", f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Line("attention", f"{name} is not installed: run make report, or pip install -r requirements.lock")


def _folders(codes: list[int]) -> Iterator[Line]:
    for name, find in (("store", places.store_folder), ("output", places.output_folder)):
        try:
            folder = find()
        except RunError as fault:
            codes.append(2)
            yield Line("attention", str(fault))
            continue
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        writable = existing.is_dir() and os.access(existing, os.W_OK)
        free = shutil.disk_usage(existing).free
        state = "ok" if writable and free > _LITTLE else "attention"
        yield Line(
            state, f"{name} folder {folder}: {'writable' if writable else 'not writable'}, {free / 1e9:.1f} GB free"
        )


def _store(codes: list[int]) -> Iterator[Line]:
    try:
        names = organizations()
        if not names:
            yield Line("attention", "the store is empty: apiusage sample, or fetch or import --organization NAME")
        for name in names:
            yield _days(name)
    except StoreError as fault:
        codes.append(fault.exit_code)
        yield Line("attention", str(fault))


def _listed(codes: list[int]) -> Iterator[Line]:
    """The lists of OAuth clients that the store keeps, where one cannot be read or they are gone."""
    try:
        refuse_lost()
    except StoreError as fault:
        codes.append(fault.exit_code)
        yield Line("attention", str(fault))


def _days(organization: str) -> Line:
    days = stored_days(organization)
    span = Interval(days[0].date, days[-1].date)
    missing, provisional = len(span) - len(days), sum(day.provisional for day in days)
    whose = identity(organization)
    bound = f", fetched from {whose}" if whose else ""
    gaps = f", {missing} missing between them" if missing else ""
    young = f", {provisional} provisional" if provisional else ""
    return Line(
        "attention" if missing else "ok",
        f"{organization}: {counted(len(days), 'day')}, {span.start} to {span.end}{gaps}{young}{bound}",
    )


def _params(codes: list[int]) -> Iterator[Line]:
    """The params files as `due` and `report` read them: how many there are, and all faults of each."""
    folder = places.params_folder()
    if not folder.is_dir():
        yield Line("attention", f"params folder {folder}: it does not exist, so no report is made by schedule")
        return
    read: list[ReportFile] = []
    for place, kind in ((folder, "params file"), (folder / "views", "saved view")):
        reports, faults = read_reports(place)
        scheduled = sum(report.schedule is not None for report in reports)
        more = f", {scheduled} with a schedule" if scheduled else ""
        yield Line("ok", f"{counted(len(reports), kind)} in {place}{more}")
        yield from (Line("attention", fault) for fault in faults)
        read += reports
        yield from (Line("attention", f"{path}: not read: name it .yaml") for path in sorted(place.glob("[!.]*.yml")))
        codes += [ParameterError.exit_code] if faults else []
    yield from (Line("attention", sentence) for sentence in stumbles(read, utc_today()))


def _clients(codes: list[int]) -> Iterator[Line]:
    """The user's table of OAuth clients, as reports read it."""
    path = places.table_file("clients.csv")
    try:
        known = read_clients(path)
    except ParameterError as fault:
        codes.append(fault.exit_code)
        yield Line("attention", str(fault))
    else:
        yield Line(
            "ok",
            f"{counted(len(known), 'OAuth client')} in {path}" if path else "no clients.csv: no client has an owner",
        )
