"""`apiusage due`: every scheduled report that is due and not published is made, once, and then it stops.

It may be started at any time, by anything, as often as one likes, and many at once: what is to be done follows from the
params files, the outputs and the store; a lock lets one of them do it. A kill at any moment loses nothing: the next one
finds what is still due. With nothing to do it opens neither store nor notebook.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any

from apiusage_helpers.errors import ApiUsageError, defect, explained, why_unwritable
from apiusage_helpers.project import places
from apiusage_helpers.runs.catalog.index_pages import pages_are_stale, rebuild_pages
from apiusage_helpers.runs.notifications import alarms
from apiusage_helpers.runs.notifications.outbox import deliver
from apiusage_helpers.runs.records.state_files import StoreState, remember_store, remembered_store, set_aside
from apiusage_helpers.runs.records.store_stamp import store_stamp
from apiusage_helpers.runs.records.work import Work, schedule_of
from apiusage_helpers.runs.scheduling.instants import due_instants, given_up
from apiusage_helpers.runs.scheduling.making import Outcome, Round, do, fetch_once, waits
from apiusage_helpers.runs.scheduling.plans import NONE_YET, due_work, keep_open, read_plans, recall
from apiusage_helpers.runs.scheduling.ports import Ports
from apiusage_helpers.runs.scheduling.restated import note_seen, restated_work, unseen
from apiusage_helpers.settings.report_file import ReportFile


@dataclass(frozen=True)
class Organizations:
    """The organizations of the store, and the exit code; `blind` where they could not be looked up."""

    names: tuple[str, ...] = ()
    code: int = 0

    @property
    def blind(self) -> bool:
        """Whether nobody knows which there are."""
        return self.code > 0


@dataclass(frozen=True)
class Found:
    """What is due of one report: its instants, what is to be made of them, and the exit code of finding that.

    `undone` are instants that nothing can be made of as yet.
    """

    report: ReportFile
    instants: frozenset[datetime] = frozenset()
    work: tuple[Work, ...] = ()
    undone: frozenset[datetime] = frozenset()
    code: int = 0


@dataclass(frozen=True)
class Restated:
    """Published reports with restated days; `seen` are the reports and organizations whose stored days were looked at."""

    work: tuple[Work, ...] = ()
    seen: frozenset[tuple[str, str]] = frozenset()
    code: int = 0


def due(now: datetime, ports: Ports | None = None, *, dry_run: bool = False, as_json: bool = False) -> int:
    """The worst exit code of what was due by `now`; each published folder is shown, all else is told.

    A dry run shows what would be made, `as_json` for programs.
    """
    this = Round(places.output_folder(), now, ports or Ports())
    for path in () if dry_run else set_aside(this.output):
        this.ports.tell(
            f"{path}: this schedule's notes cannot be read. They were moved aside, and the schedule starts over"
        )
    plans, faults = read_plans(places.params_folder())
    codes = [0, *(this.fault(fault, 2) for fault in faults)]
    if not plans and not faults:
        this.ports.tell(f"params folder {places.params_folder()}: no report in it has a schedule")
    stamp = store_stamp(places.store_folder())
    organizations = _organizations(this, stamp, plans, keep=not dry_run)
    found = [_guarded(this, report, organizations, keep=not dry_run) for report in plans]
    work = sorted(
        (work for one in found for work in one.work), key=lambda work: (work.instant or now, work.report.name)
    )
    restated = _restated(this, stamp, plans, organizations.names, {str(one.place) for one in work})
    work += restated.work
    codes += [organizations.code, restated.code, *(one.code for one in found)]
    if dry_run:
        return max([*codes, *_tell_work(this, work, as_json=as_json)])
    outcomes = _outcomes(this, work)
    codes += [one.code for one in outcomes]
    codes += [_remember(this, stamp, found, restated, outcomes, organizations.names)]
    return max([*codes, *_tell_outside(this, plans, outcomes)])


def _outcomes(this: Round, work: Sequence[Work]) -> list[Outcome]:
    """What became of each piece of work: as many at once as there are workers."""
    once = Lock()
    known = cache(lambda organization: fetch_once(this, organization))

    def fetched(organization: str) -> tuple[str, int]:
        with once:  # the service's limits are those of all
            return known(organization)

    with this.ports.workers(len(work)) as workers:
        here = replace(this, workers=workers)
        groups = _in_turn(work) if workers.count > 1 else [[item] for item in work]
        done = workers.each(lambda group: [do(here, item, fetched) for item in group], groups)
        return [outcome for group in done for outcome in group]


def _in_turn(work: Sequence[Work]) -> list[list[Work]]:
    """The work of each report and organization, which is done in its order."""
    groups: dict[tuple[str, str], list[Work]] = {}
    for item in work:
        groups.setdefault((item.report.name, item.organization), []).append(item)
    return list(groups.values())


def _organizations(this: Round, stamp: str, plans: Sequence[ReportFile], *, keep: bool) -> Organizations:
    """Those of the store, looked up only when a plan asks for `all` and the store has changed."""
    if not any(plan.parameters.organization == "all" for plan in plans):
        return Organizations()
    state = remembered_store(this.output)
    if stamp and state.organizations_at == stamp:
        return Organizations(state.organizations)
    try:
        found = this.ports.organizations()
    except ApiUsageError as fault:
        return Organizations(code=this.fault(str(fault), fault.exit_code))
    if keep:
        remember_store(this.output, StoreState(stamp, found))
    return Organizations(found)


def _guarded(this: Round, report: ReportFile, organizations: Organizations, *, keep: bool) -> Found:
    """What is due of a report; a fault in what is remembered of it stops no other."""
    try:
        return _scheduled(this, report, organizations, keep=keep)
    except Exception as fault:  # noqa: BLE001  # explained or not, it is of this report alone
        message, code = explained(fault, where=this.output)
        return Found(report, code=this.fault(f"{report.name}: {message}", code))


def _scheduled(this: Round, report: ReportFile, organizations: Organizations, *, keep: bool) -> Found:
    memory = recall(this.output, report, this.now, keep=keep, tell=this.ports.tell)
    instants = frozenset(due_instants(schedule_of(report), memory, this.now))
    passed = set()

    def skipped(instant: datetime, organization: str, why: str) -> None:
        passed.add(organization)
        this.ports.tell(f"{report.name} of {organization}, due {instant:%Y-%m-%d %H:%M} UTC: skipped: {why}")

    wanted = report.organizations(organizations.names)
    if not wanted:
        told = bool(instants) and not organizations.blind
        return Found(report, instants, undone=instants, code=this.fault(f"{report.name}: {NONE_YET}", 3) if told else 0)
    work = tuple(due_work(report, sorted(instants), wanted, this.output, skipped))
    if instants and keep:  # what failed and has been made by hand since works again
        for organization in set(wanted) - passed - {one.organization for one in work}:
            alarms.note_success(this.output, report.name, organization)
    return Found(report, instants, work)


def _restated(
    this: Round, stamp: str, plans: Sequence[ReportFile], organizations: Sequence[str], due_places: set[str]
) -> Restated:
    """The store is looked at only for those that have not seen it as it is; what is due anyway is not made twice."""
    look, found, seen, codes = cache(this.ports.look), [], set(), [0]
    for plan in plans:
        for organization in unseen(this.output, plan, stamp, plan.organizations(organizations)):
            try:
                found += restated_work(this.output, plan, organization, look())
            except ApiUsageError as fault:
                codes.append(this.fault(str(fault), fault.exit_code))
            else:
                seen.add((plan.name, organization))
    oldest_first = sorted(found, key=lambda work: (work.interval.end, work.report.name, work.organization))
    work = tuple(one for one in oldest_first if str(one.place) not in due_places)
    return Restated(work, frozenset(seen), max(codes))


def _tell_work(this: Round, work: Sequence[Work], *, as_json: bool) -> list[int]:
    """The exit codes of telling what would be made and why, a line or a record each."""
    told = [_waits_or_fault(this, item) for item in work]
    if as_json:
        records = [_record(item, waiting) for item, (waiting, _) in zip(work, told, strict=True)]
        this.ports.show(json.dumps(records, indent=1, ensure_ascii=False))
        return [code for _, code in told]
    for item, (waiting, _) in zip(work, told, strict=True):
        until = f"waits until {waiting}" + (", unless they are fetched" if item.fetches else "")
        steps = [item.why, *(["fetches first"] if item.fetches else []), *([until] if waiting else [])]
        this.ports.show(f"{item.place}: " + "; ".join(steps))
    if not work:
        this.ports.tell("nothing is due")
    return [code for _, code in told]


def _record(work: Work, waiting: str) -> dict[str, Any]:
    """One piece of work, ready for JSON; `waits` says until when and for which days, and is empty where it does not."""
    return {
        "report": work.report.name,
        "organization": work.organization,
        "interval": {"start": str(work.interval.start), "end": str(work.interval.end)},
        "instant": work.instant.isoformat() if work.instant else None,
        "why": work.why,
        "fetches": work.fetches,
        "waits": waiting,
    }


def _waits_or_fault(this: Round, work: Work) -> tuple[str, int]:
    try:
        return waits(this, work), 0
    except ApiUsageError as fault:
        return "", this.fault(f"{work.place}: {fault}", fault.exit_code)


def _remember(  # noqa: PLR0913, PLR0917  # all that a round has found out
    this: Round,
    stamp: str,
    found: Sequence[Found],
    restated: Restated,
    outcomes: Sequence[Outcome],
    names: Sequence[str],
) -> int:
    """The exit code of noting what is still to be run of each report, and for whom the state of the store has been dealt with."""
    places_due = {str(one.work.place) for one in outcomes}
    try:
        for one in found:
            of_it = [outcome for outcome in outcomes if outcome.work.report.name == one.report.name]
            left = {outcome.work.organization for outcome in of_it if outcome.ending != "made"}
            seen = {organization for name, organization in restated.seen if name == one.report.name} - left
            _remember_report(this, one, of_it)
            note_seen(this.output, one.report, stamp, seen)
        for one in found:
            alarms.forget_ended(this.output, one.report, names, places_due)
    except OSError as fault:  # a full disk: news are told all the same
        message = f"{fault.filename or this.output}: {fault.strerror or fault}: what is due stays due"
        return this.fault(message, 5)
    return 0


def _remember_report(this: Round, found: Found, outcomes: Iterable[Outcome]) -> None:
    """What is still to be run of a report."""
    waiting = {one.awaited for one in outcomes if one.awaited}
    undone = {one.undone for one in outcomes if one.undone and one.undone in found.instants} | found.undone
    gone = _given_up(this, found.report, undone - waiting)
    opening = recall(this.output, found.report, this.now).opening
    still = opening if opening and (opening in undone - gone or opening > this.now) else None
    keep_open(this.output, found.report, still, waiting, (found.instants - undone) | gone)


def _given_up(this: Round, report: ReportFile, failed: set[datetime]) -> set[datetime]:
    """The instants that are not tried for ever; under `latest` the newest still is, and those of `all` within its staleness."""
    gone = {instant for instant in failed if given_up(schedule_of(report), instant, this.now)}
    for instant in sorted(gone):
        this.ports.tell(f"{report.name}, due {instant:%Y-%m-%d %H:%M} UTC: given up: a newer one has come")
    return gone


def _tell_outside(this: Round, plans: Sequence[ReportFile], outcomes: Sequence[Outcome]) -> list[int]:
    """The exit codes of telling: pages are rebuilt where something changed; news go to whom they are for."""
    codes = []
    touched = any(one.ending in {"made", "failed"} for one in outcomes)
    try:
        if touched or pages_are_stale(this.output, this.now):
            rebuild_pages(this.output, this.now)
    except OSError as fault:
        codes.append(this.fault(f"{this.output}: the list of reports cannot be written: {why_unwritable(fault)}", 5))
    for report in plans:
        of_it = [one.unnoted for one in outcomes if one.work.report.name == report.name]
        unnoted = {key: failure for one in of_it for key, failure in one.items()}
        try:
            codes.append(deliver(this.output, report, this.ports.send, this.ports.tell, unnoted))
        except Exception as fault:  # noqa: BLE001  # as above
            codes.append(this.fault(f"{report.name}: the messages could not be sent: {defect(fault)}", 6))
    return codes
