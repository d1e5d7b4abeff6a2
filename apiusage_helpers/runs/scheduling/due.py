"""`apiusage due`: every scheduled report that is due and not published is made, once, and then it stops.

It may be started at any time, by anything, as often as one likes, and many at once: what is to be done follows from the
params files, the outputs and the store; a lock lets one of them do it. A kill at any moment loses nothing: the next one
finds what is still due. With nothing to do it opens neither store nor notebook.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from filelock import Timeout

from apiusage_helpers.errors import ApiUsageError, RunError, defect, explained, why_unwritable
from apiusage_helpers.project import places
from apiusage_helpers.runs.catalog.index_pages import pages_are_stale, rebuild_pages
from apiusage_helpers.runs.execution.run import Limits
from apiusage_helpers.runs.notifications import alarms
from apiusage_helpers.runs.notifications.outbox import deliver, intend
from apiusage_helpers.runs.records.state_files import (
    Failure,
    StoreState,
    locked,
    remember_store,
    remembered_store,
    set_aside,
)
from apiusage_helpers.runs.records.work import Work, schedule_of
from apiusage_helpers.runs.scheduling.instants import due_instants, given_up
from apiusage_helpers.runs.scheduling.plans import NONE_YET, due_work, keep_open, read_plans, recall
from apiusage_helpers.runs.scheduling.ports import Hands
from apiusage_helpers.runs.scheduling.restated import note_seen, restated_work, store_stamp, unseen
from apiusage_helpers.settings.report_file import ReportFile

PAUSES = (20.0, 90.0)  # seconds before a run is tried again whose failure may pass
_ANOTHER_RUNS = 75
_FETCH_SECONDS = 3600.0


@dataclass
class Day:
    """One look at what is due: where and when, the worst exit code so far, and what became of the work."""

    output: Path
    now: datetime
    hands: Hands
    codes: list[int] = field(default_factory=lambda: [0])
    blind: bool = False  # the organizations of the store could not be looked up
    fetched: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, set[datetime]] = field(default_factory=lambda: defaultdict(set))
    due: set[tuple[str, datetime]] = field(default_factory=set)
    undone: set[tuple[str, datetime]] = field(default_factory=set)
    seen: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    touched: set[str] = field(default_factory=set)
    unnoted: dict[str, dict[str, Failure]] = field(default_factory=lambda: defaultdict(dict))

    def fault(self, message: str, code: int) -> None:
        """Tell it, and remember the code."""
        self.hands.tell(message)
        self.codes.append(code)


def due(now: datetime, hands: Hands | None = None, *, dry_run: bool = False, as_json: bool = False) -> int:
    """The worst exit code of what was due by `now`; each published folder is shown, all else is told.

    A dry run shows what would be made, `as_json` for programs.
    """
    day = Day(places.output_folder(), now, hands or Hands())
    for path in () if dry_run else set_aside(day.output):
        day.hands.tell(
            f"{path}: this schedule's notes cannot be read. They were moved aside, and the schedule starts over"
        )
    plans, faults = read_plans(places.params_folder())
    for fault in faults:
        day.fault(fault, 2)
    if not plans and not faults:
        day.hands.tell(f"params folder {places.params_folder()}: no report in it has a schedule")
    stamp = store_stamp(places.store_folder())
    organizations = _organizations(day, stamp, plans, keep=not dry_run)
    work = sorted(
        (work for report in plans for work in _guarded(day, report, organizations, keep=not dry_run)),
        key=lambda work: (work.instant or now, work.report.name),
    )
    work += _restated(day, stamp, plans, organizations, [str(w.place) for w in work])
    if dry_run:
        _tell_work(day, work, as_json=as_json)
        return max(day.codes)
    for item in work:
        _do(day, item)
    try:
        _remember(day, stamp, plans)
        for report in plans:
            alarms.forget_ended(day.output, report, organizations, {str(item.place) for item in work})
    except OSError as fault:  # a full disk: news are told all the same
        day.fault(f"{fault.filename or day.output}: {fault.strerror or fault}: what is due stays due", 5)
    _tell_outside(day, plans)
    return max(day.codes)


def _organizations(day: Day, stamp: str, plans: Sequence[ReportFile], *, keep: bool) -> tuple[str, ...]:
    """The organizations of the store, looked up only when a plan asks for `all` and the store has changed."""
    if not any(plan.parameters.organization == "all" for plan in plans):
        return ()
    state = remembered_store(day.output)
    if stamp and state.organizations_at == stamp:
        return state.organizations
    try:
        found = day.hands.organizations()
    except ApiUsageError as fault:
        day.fault(str(fault), fault.exit_code)
        day.blind = True
        return ()
    if keep:
        remember_store(day.output, StoreState(stamp, found))
    return found


def _guarded(day: Day, report: ReportFile, organizations: Sequence[str], *, keep: bool) -> list[Work]:
    """What is due of a report; a fault in what is remembered of it stops no other."""
    try:
        return _scheduled(day, report, organizations, keep=keep)
    except Exception as fault:  # noqa: BLE001  # explained or not, it is of this report alone
        message, code = explained(fault, where=day.output)
        day.fault(f"{report.name}: {message}", code)
        return []


def _scheduled(day: Day, report: ReportFile, organizations: Sequence[str], *, keep: bool) -> list[Work]:
    memory = recall(day.output, report, day.now, keep=keep, tell=day.hands.tell)
    instants = due_instants(schedule_of(report), memory, day.now)
    day.due |= {(report.name, instant) for instant in instants}

    passed = set()

    def skipped(instant: datetime, organization: str, why: str) -> None:
        passed.add(organization)
        day.hands.tell(f"{report.name} of {organization}, due {instant:%Y-%m-%d %H:%M} UTC: skipped: {why}")

    wanted = report.organizations(organizations)
    if not wanted:
        day.undone |= {(report.name, instant) for instant in instants}
        if instants and not day.blind:
            day.fault(f"{report.name}: {NONE_YET}", 3)
    found = list(due_work(report, instants, wanted, day.output, skipped))
    if instants and keep:  # what failed and has been made by hand since works again
        for organization in set(wanted) - passed - {work.organization for work in found}:
            alarms.note_success(day.output, report.name, organization)
    return found


def _restated(
    day: Day, stamp: str, plans: Sequence[ReportFile], organizations: Sequence[str], due_places: Sequence[str]
) -> list[Work]:
    """Published reports with restated days; the store is looked at only for those that have not seen it as it is."""
    look, found = cache(day.hands.look), []
    for plan in plans:
        for organization in unseen(day.output, plan, stamp, plan.organizations(organizations)):
            try:
                found += restated_work(day.output, plan, organization, look())
            except ApiUsageError as fault:
                day.fault(str(fault), fault.exit_code)
            else:
                day.seen[plan.name].add(organization)
    oldest_first = sorted(found, key=lambda work: (work.interval.end, work.report.name, work.organization))
    return [work for work in oldest_first if str(work.place) not in due_places]


def _tell_work(day: Day, work: Sequence[Work], *, as_json: bool) -> None:
    """What would be made and why, a line or a record each."""
    waits = [_waits_or_fault(day, item) for item in work]
    if as_json:
        records = [_record(item, waiting) for item, waiting in zip(work, waits, strict=True)]
        day.hands.show(json.dumps(records, indent=1, ensure_ascii=False))
        return
    for item, waiting in zip(work, waits, strict=True):
        until = f"waits until {waiting}" + (", unless they are fetched" if item.fetches else "")
        steps = [item.why, *(["fetches first"] if item.fetches else []), *([until] if waiting else [])]
        day.hands.show(f"{item.place}: " + "; ".join(steps))
    if not work:
        day.hands.tell("nothing is due")


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


def _waits_or_fault(day: Day, work: Work) -> str:
    try:
        return _waits(day, work)
    except ApiUsageError as fault:
        day.fault(f"{work.place}: {fault}", fault.exit_code)
        return ""


def _waits(day: Day, work: Work) -> str:
    """Until when and for what a piece of work waits; nothing when it is to be done."""
    end = work.waits_until()
    if end is None or day.now >= end:
        return ""
    missing = day.hands.open_days(work.organization, work.interval)
    return f"{end:%Y-%m-%d %H:%M} UTC for days: {missing}" if missing else ""


def _do(day: Day, work: Work) -> None:
    """Fetch, wait or make one report; whatever goes wrong, the others are made."""
    try:
        if work.fetches:
            _fetch(day, work)
        waits = _waits(day, work)
        if waits:
            day.hands.tell(f"{work.place}: waits until {waits}")
            _leave(day, work)
            _wait(day, work)
            return
        day.hands.tell(f"{work.place}: {work.why}")
        intend(day.output, work)
        day.hands.show(str(_made(day, work)))
        day.touched.add(work.report.name)
        alarms.note_success(day.output, work.report.name, work.organization, str(work.place))
    except Exception as fault:  # noqa: BLE001  # a fault of one report must not keep the others from being made
        _leave(day, work)
        message, code = explained(fault, where=day.output)
        if code == _ANOTHER_RUNS:
            day.hands.tell(message)
            _wait(day, work)  # for how the other ends
        else:
            _failed(day, work, message, code)


def _failed(day: Day, work: Work, message: str, code: int) -> None:
    day.fault(f"{work.place}: {message}", code)
    day.touched.add(work.report.name)
    key, failure = alarms.failure_of(day.output, work, message)
    alarms.note_failure(day.output, work.report.name, key, failure, day.unnoted[work.report.name])


def _wait(day: Day, work: Work) -> None:
    day.waiting[work.report.name] |= {work.instant} if work.instant else set()


def _leave(day: Day, work: Work) -> None:
    day.seen[work.report.name].discard(work.organization)
    day.undone |= {(work.report.name, work.instant)} if work.instant else set()


def _made(day: Day, work: Work) -> Path:
    """The published folder; a failure that may pass is tried again after a pause, twice."""
    limits = Limits(work.schedule.cell_minutes * 60, work.schedule.run_minutes * 60)
    run = {"limits": limits, "facts": work.facts, "tell": day.hands.tell}
    for pause in PAUSES:
        try:
            return day.hands.run(work.report, work.organization, wanted=lambda: work.still_wanted(day.output), **run)
        except RunError as fault:
            if not fault.may_pass:
                raise
            day.hands.tell(f"{work.place}: {fault}\ntrying again in {pause:g} s")
            day.hands.sleep(pause)
    return day.hands.run(work.report, work.organization, wanted=lambda: work.still_wanted(day.output), **run)


def _fetch(day: Day, work: Work) -> None:
    """Fetch an organization once a look; a source that fails is news of each report that asked for it."""
    name = work.organization
    if name not in day.fetched:
        why_not = day.hands.why_not_fetched(name, work.report.parameters.organization)
        if why_not:
            day.hands.tell(f"{name}: not fetched; the report uses the days that are stored: {why_not}")
            return
        day.fetched[name] = _fetch_fault(day, name)
    fault = day.fetched[name]
    if fault:
        key, failure = alarms.source_failure(name, fault)
        alarms.note_failure(day.output, work.report.name, key, failure, day.unnoted[work.report.name])
    else:
        alarms.note_success(day.output, work.report.name, alarms.source_of(name))


def _fetch_fault(day: Day, organization: str) -> str:
    """Why an organization could not be fetched, told already; nothing when it was."""
    try:
        with locked(day.output, f"fetch+{organization}", seconds=_FETCH_SECONDS):
            day.hands.fetch(organization, day.hands.tell)
    except Timeout:
        day.hands.tell(
            f"{organization}: another run has been fetching it for an hour; the report uses the days that are stored"
        )
    except Exception as fault:  # noqa: BLE001  # as above
        message, code = explained(fault, where="the store", of_the_disk=3)
        day.fault(f"{organization}: not fetched: {message}", code)
        return f"not fetched: {message}"
    return ""


def _remember(day: Day, stamp: str, plans: Sequence[ReportFile]) -> None:
    """What is still to be run of each plan, and for whom the state of the store has been dealt with."""
    for report in plans:
        opening = recall(day.output, report, day.now).opening
        due_now = {instant for name, instant in day.due if name == report.name}
        undone = {instant for instant in due_now if (report.name, instant) in day.undone}
        gone = _given_up(day, report, undone - day.waiting[report.name])
        still = opening if opening and (opening in undone - gone or opening > day.now) else None
        keep_open(day.output, report, still, day.waiting[report.name], (due_now - undone) | gone)
        note_seen(day.output, report, stamp, day.seen[report.name])


def _given_up(day: Day, report: ReportFile, failed: set[datetime]) -> set[datetime]:
    """The instants that are not tried for ever; under `latest` the newest still is, and those of `all` within its staleness."""
    gone = {instant for instant in failed if given_up(schedule_of(report), instant, day.now)}
    for instant in sorted(gone):
        day.hands.tell(f"{report.name}, due {instant:%Y-%m-%d %H:%M} UTC: given up: a newer one has come")
    return gone


def _tell_outside(day: Day, plans: Sequence[ReportFile]) -> None:
    """Pages are rebuilt where something changed; news go to whom they are for."""
    try:
        if day.touched or pages_are_stale(day.output, day.now):
            rebuild_pages(day.output, day.now)
    except OSError as fault:
        day.fault(f"{day.output}: the list of reports cannot be written: {why_unwritable(fault)}", 5)
    for report in plans:
        try:
            day.codes.append(deliver(day.output, report, day.hands.send, day.hands.tell, day.unnoted[report.name]))
        except Exception as fault:  # noqa: BLE001  # as above
            day.fault(f"{report.name}: the messages could not be sent: {defect(fault)}", 6)
