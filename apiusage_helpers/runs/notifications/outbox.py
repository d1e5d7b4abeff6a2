"""The outbox: what is to be told of scheduled reports, to whom, and what has been told already.

What a run is about to publish is noted before it starts and struck out when it has been told, so a kill between the two
loses nothing. An alarm (a failing report, too many failed or throttled requests, a leap of requests) is told once until
it ends. A delivery that fails stays noted and is tried again by the next `due`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from filelock import Timeout

from apiusage_helpers.errors import DeliveryError
from apiusage_helpers.runs.notifications import messages
from apiusage_helpers.runs.notifications.alarms import alarms, failures_of, joined
from apiusage_helpers.runs.notifications.delivery import Message
from apiusage_helpers.runs.records.run_facts import ToldFinding, facts_of, published, run_id
from apiusage_helpers.runs.records.state_files import Failure, Note, locked, remembered, remembering
from apiusage_helpers.runs.records.work import Work, schedule_of
from apiusage_helpers.settings.report_file import ReportFile
from apiusage_helpers.settings.schedule import Delivery

Send = Callable[[str, Message], None]
_Alarm = TypeVar("_Alarm")


def intend(output: Path, work: Work) -> None:
    """Note that a report is about to be published, and what it replaces."""
    if not work.schedule.deliver:
        return
    before = facts_of(output / work.place)
    note = Note(work.replaces, before.totals if before else None)
    with remembering(output, work.report.name) as state:
        state.outbox.setdefault(str(work.place), note)


def withdraw(output: Path, link: Path) -> None:
    """Nobody is told any more of a report that has been taken away."""
    report, name = link.relative_to(output).parts[0], str(link.relative_to(output))
    if name in remembered(output, report).outbox:
        with remembering(output, report) as state:
            state.outbox.pop(name, None)


def deliver(
    output: Path,
    report: ReportFile,
    send: Send,
    tell: Callable[[str], None],
    unnoted: Mapping[str, Failure] | None = None,
) -> int:
    """The exit code (0, 5 or 6) after all news of a report have been told to whom they are for.

    News are what is noted, and the failures that could not be (`unnoted`): those of a full disk are told as well.
    """
    state = remembered(output, report.name)
    if not (unnoted or state.outbox or state.failures or state.alarms):
        return 0
    try:
        with locked(output, f"news+{report.name}", seconds=0):
            return max([0, *_told(output, report, send, tell, unnoted or {})])
    except Timeout:
        return 0  # another `due` is telling it


def _told(
    output: Path, report: ReportFile, send: Send, tell: Callable[[str], None], unnoted: Mapping[str, Failure]
) -> Iterator[int]:
    for delivery in schedule_of(report).deliver:
        try:
            if delivery.on == "failure":
                _tell_failures(output, report, delivery, send, unnoted)
            else:
                _tell_outbox(output, report, delivery, send)
        except DeliveryError as fault:
            tell(str(fault))
            yield fault.exit_code
        except OSError as fault:
            sent = f"{report.name}: the message was sent to {delivery.to}"
            tell(f"{sent}, but that cannot be noted, so it will be sent again: {fault}")
            yield 5
    _strike_out(output, report)


def _tell_failures(
    output: Path, report: ReportFile, delivery: Delivery, send: Send, unnoted: Mapping[str, Failure]
) -> None:
    failures = failures_of(output, report.name)
    for key, failure in unnoted.items():
        failures = joined(failures, key, failure)
    prefix = f"{_mark(delivery)} "
    found = {prefix + alarm: failure for alarm, failure in alarms(failures)}
    _tell_alarms(
        output, report, prefix, found, lambda new: messages.failures(report.name, list(new.values())), delivery, send
    )


def _tell_outbox(output: Path, report: ReportFile, delivery: Delivery, send: Send) -> None:
    """Tell what has been published since it was noted, oldest first; each address is struck out by itself."""
    mark = _mark(delivery)
    for name, note in sorted(remembered(output, report.name).outbox.items()):
        link, facts = output / name, facts_of(output / name)
        told = note.told.get(mark)
        if facts is None or run_id(link) == note.replaces or told == facts.totals:
            continue
        before = told or note.before
        one = messages.Published(output, link, facts, schedule_of(report).base_url)
        if delivery.on == "findings":
            _tell_findings(one, report, delivery, send)
        elif before != facts.totals:
            send(delivery.to, messages.success(one, before, delivery))
        with remembering(output, report.name) as state:
            state.outbox[name].told[mark] = facts.totals


def _tell_findings(one: messages.Published, report: ReportFile, delivery: Delivery, send: Send) -> None:
    """Alarms follow the newest interval of an organization; an older one that is made late raises and ends none."""
    organization = one.facts.organization
    newest = max(link.name.partition("_")[2] for link, _ in published(one.output, report.name, organization))
    if one.link.name.partition("_")[2] != newest:
        return
    prefix = f"{_mark(delivery)} {organization} "
    limits = {prefix + kind: limit for kind, limit in messages.limits_passed(one.facts, delivery).items()}
    severe = {f"{prefix}finding {told.key}": told for told in messages.severe_findings(one.facts, delivery)}
    found: dict[str, messages.Limit | ToldFinding] = {**limits, **severe}

    def message(new: Mapping[str, messages.Limit | ToldFinding]) -> Message:
        passed = [limit for name, limit in limits.items() if name in new]
        return messages.findings(one, passed, [told for name, told in severe.items() if name in new], delivery)

    _tell_alarms(one.output, report, prefix, found, message, delivery, send)


def _tell_alarms(  # noqa: PLR0913, PLR0917  # all of them are what is told, and how
    output: Path,
    report: ReportFile,
    prefix: str,
    found: Mapping[str, _Alarm],
    message: Callable[[Mapping[str, _Alarm]], Message],
    delivery: Delivery,
    send: Send,
) -> None:
    """Tell the alarms that are new, in one message; those that have ended are forgotten, to be told again when they return."""
    known = {name for name in remembered(output, report.name).alarms if name.startswith(prefix)}
    new = {name: alarm for name, alarm in found.items() if name not in known}
    ended, told = known - set(found), list[str]()
    try:
        if new:
            send(delivery.to, message(new))
            told += new
    finally:
        if ended or told:
            with remembering(output, report.name) as state:
                state.alarms = [name for name in state.alarms if name not in ended] + told


def _mark(delivery: Delivery) -> str:
    """What tells a delivery from the others: to whom, on what, and over which thresholds."""
    limits = (delivery.failed_share_over, delivery.throttled_share_over, delivery.change_over)
    told = [*limits, *([delivery.severity] if delivery.severity else [])] if delivery.on == "findings" else []
    return " ".join([delivery.to, delivery.on, *map(str, told)])


def _strike_out(output: Path, report: ReportFile) -> None:
    """Notes that everybody has been told of are gone, and what nobody is to be told of any more."""
    deliveries = schedule_of(report).deliver
    marks = {_mark(delivery) for delivery in deliveries if delivery.on != "failure"}
    prefixes = tuple(f"{_mark(delivery)} " for delivery in deliveries)
    with remembering(output, report.name) as state:
        state.alarms = [name for name in state.alarms if name.startswith(prefixes)]
        state.outbox = {
            name: note
            for name, note in state.outbox.items()
            if run_id(output / name) == note.replaces or not _all_told(output / name, note, marks)
        }


def _all_told(link: Path, note: Note, marks: Collection[str]) -> bool:
    """Whether each of `marks` knows the figures that are published now."""
    facts = facts_of(link)
    return facts is not None and all(note.told.get(mark) == facts.totals for mark in marks)
