"""Plans: the scheduled reports of the params folder, and what each of them has to do now.

The interval follows from the scheduled instant, never
from the time at which somebody looks. What is published with the same parameters is no work any more, but for a report made
by hand whose days are not all there.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.reports.contract import read_scheduled
from apiusage_helpers.runs.records.run_facts import RunFacts, facts_of, made_of, run_id
from apiusage_helpers.runs.records.state_files import ScheduleState, remembered, remembering
from apiusage_helpers.runs.records.work import Work, schedule_of
from apiusage_helpers.runs.scheduling.instants import Memory, begin, check_cron, due_instants
from apiusage_helpers.settings.report_file import ReportFile
from apiusage_helpers.settings.schedule import Schedule

NONE_YET = (
    "organization all: the store has none yet; try: apiusage fetch, or apiusage import FILE..., --organization NAME"
)
_AT_ONCE = timedelta(minutes=5)  # looks that start together do not agree on the time to the second


def read_plans(params: Path) -> tuple[list[ReportFile], list[str]]:
    """The scheduled reports of a params folder, and the faults: files that cannot be used, no folder, or none in it."""
    reports, faults = read_reports(params)
    if not reports and not faults:
        lack = "no params file (NAME.yaml) is in it" if params.is_dir() else "there is none"
        faults.append(f"params folder {params}: {lack}, so no report is made by schedule")
    return [report for report in reports if report.schedule], faults


def read_reports(folder: Path) -> tuple[list[ReportFile], list[str]]:
    """The reports of the params files in a folder, and the faults of files that cannot be used; hidden files are neither."""
    reports, faults = [], []
    for path in sorted(folder.glob("[!.]*.yaml")):
        try:
            reports.append(read_scheduled(path, check_cron=check_cron))
        except ParameterError as fault:
            faults.append(str(fault))
    return reports, faults


def recall(
    output: Path, report: ReportFile, now: datetime, *, keep: bool = True, tell: Callable[[str], None] = lambda _: None
) -> Memory:
    """What is remembered of a report's schedule; one that is new, or another than before, begins now (`keep`: for good).

    So does one that began in a time to come, which is told: the clock was ahead, and nothing would be due until then.
    What waited, and what was due by the schedule before, is not lost by that.
    """
    schedule = schedule_of(report)
    state = remembered(output, report.name)
    if _holds(state, schedule, now):
        return _memory(state)
    if state.begun is not None and _is_ahead(state, now):
        begun = state.begun.isoformat()
        tell(f"{report.name}: its schedule started at {begun}, which is in the future: it starts over now")
    if not keep:
        return _begun_anew(state, schedule, now)
    with remembering(output, report.name) as fresh:
        if not _holds(fresh, schedule, now):  # else another look was quicker
            memory = _begun_anew(fresh, schedule, now)
            fresh.schedule, fresh.begun = _named(schedule), now
            fresh.opening, fresh.waiting = memory.opening, memory.waiting
        return _memory(fresh)


def _begun_anew(state: ScheduleState, schedule: Schedule, now: datetime) -> Memory:
    """The memory of a schedule that begins now; what was still to be run, and was due by the one before, waits."""
    memory = begin(schedule, now)
    if state.begun is None:
        return memory
    held, before = _memory(state), _former(state, schedule)
    missed = due_instants(before, held, now) if before else ()
    kept = {*held.waiting, *missed, *((held.opening,) if held.opening else ())}
    return replace(memory, waiting=tuple(sorted(kept)))


def _former(state: ScheduleState, schedule: Schedule) -> Schedule | None:
    """The schedule before, with the other settings of today's; None where what is remembered is none."""
    cron, _, timezone = state.schedule.rpartition(" ")
    try:
        check_cron(cron)
        checked = Schedule(cron=cron, timezone=timezone)
    except (ParameterError, ValueError):
        return None
    return schedule.model_copy(update={"cron": checked.cron, "timezone": checked.timezone})


def _holds(state: ScheduleState, schedule: Schedule, now: datetime) -> bool:
    """Whether what is remembered is of this very schedule, and of a time that has been."""
    return state.begun is not None and state.schedule == _named(schedule) and not _is_ahead(state, now)


def _is_ahead(state: ScheduleState, now: datetime) -> bool:
    return state.begun is not None and state.begun > now + _AT_ONCE


def keep_open(
    output: Path,
    report: ReportFile,
    opening: datetime | None,
    waiting: Collection[datetime],
    done: Collection[datetime],
) -> None:
    """Remember what is still to be run: the instant before the schedule began, and what waits for its days.

    What waited before goes on waiting until it is `done`: another look may have noted it meanwhile.
    """
    state = remembered(output, report.name)
    if (state.opening, state.waiting) != (opening, _still_waiting(state, waiting, done)):
        with remembering(output, report.name) as state:
            state.opening, state.waiting = opening, _still_waiting(state, waiting, done)


def _still_waiting(
    state: ScheduleState, waiting: Collection[datetime], done: Collection[datetime]
) -> tuple[datetime, ...]:
    return tuple(sorted((set(state.waiting) - set(done)) | set(waiting)))


def due_work(
    report: ReportFile,
    due: Sequence[datetime],
    organizations: Sequence[str],
    output: Path,
    skipped: Callable[[datetime, str, str], None] = lambda *_: None,
) -> Iterator[Work]:
    """What is not published of the `due` instants of a report, oldest first.

    An instant that has no interval, such as this_month on a first, is `skipped`: instant, organization and why.
    """
    found = set()
    for instant in due:
        as_of = report.as_of(instant.date())
        for organization in organizations:
            work = Work(as_of, organization, f"due since {instant:%Y-%m-%d %H:%M} UTC", instant)
            try:
                link = output / work.place
            except ParameterError as fault:
                skipped(instant, organization, str(fault))
                continue
            if link in found or _is_made(facts_of(link), report):
                continue
            found.add(link)
            yield replace(work, replaces=run_id(link), facts={"scheduled": instant.isoformat()})


def _is_made(facts: RunFacts | None, report: ReportFile) -> bool:
    """Whether what is published is the report that is due; where it is one by hand with gaps, its days are yet awaited."""
    if facts is None:
        return False
    whole = not facts.days.missing and not facts.days.provisional
    return made_of(facts, report) and (whole or facts.scheduled is not None)


def _named(schedule: Schedule) -> str:
    return f"{' '.join(schedule.cron.split())} {schedule.timezone}"


def _memory(state: ScheduleState) -> Memory:
    assert state.begun is not None  # noqa: S101  # only asked for where it has begun
    return Memory(begun=state.begun, opening=state.opening, waiting=state.waiting)


def utc(instant: datetime) -> datetime:
    """The instant in UTC; one that names no zone is UTC already."""
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
