"""What fails of scheduled reports, and which of it is one alarm.

A failure is kept by its place (report, organization and interval), so that another interval's success does not hide it. What
fails of an organization without a success between is one alarm, which goes on until each of its reports is published or no
longer wanted. A source that fails is kept by its organization.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from apiusage_helpers.runs.records.run_facts import run_id
from apiusage_helpers.runs.records.state_files import Failure, remembered, remembering
from apiusage_helpers.runs.records.work import Work, schedule_of
from apiusage_helpers.settings.report_file import ReportFile

_FETCH = " (fetch)"


def failure_of(output: Path, work: Work, message: str) -> tuple[str, Failure]:
    """The key and the failure of a report that cannot be made."""
    return str(work.place), Failure(work.organization, f"{work.place}: {message}", run_id(output / work.place))


def source_failure(organization: str, message: str) -> tuple[str, Failure]:
    """The key and the failure of an organization that cannot be fetched."""
    name = source_of(organization)
    return name, Failure(name, f"{organization}: {message}", None)


def source_of(organization: str) -> str:
    """How the source of an organization is called."""
    return f"{organization}{_FETCH}"


def fetched_organization(name: str) -> str:
    """The organization of which `name` is the source; empty where it is the name of an organization itself."""
    return name.removesuffix(_FETCH) if name.endswith(_FETCH) else ""


def joined(failures: Mapping[str, Failure], key: str, failure: Failure) -> dict[str, Failure]:
    """The failures with one more: it keeps its alarm, or joins the one that is on, or raises its own."""
    alike = (other for other in failures.values() if other.of == failure.of and not other.over)
    known = failures.get(key)
    before = known or next(alike, None)
    over = known.over if known else False
    return {**failures, key: failure.part_of(before.alarm if before else key, over=over)}


def note_failure(output: Path, report: str, key: str, failure: Failure) -> dict[str, Failure]:
    """It is remembered that this fails; what a full disk could not note comes back by key, and is told all the same."""
    try:
        with remembering(output, report) as state:
            state.failures = joined(state.failures, key, failure)
    except OSError:
        return {key: failure}
    return {}


def note_success(output: Path, report: str, name: str, key: str | None = None) -> None:
    """What fails of an organization or source from now on is another alarm than what failed up to `key`, or at all.

    A full disk lets that wait.
    """
    if any(failure.of == name and not failure.over for failure in failures_of(output, report).values()):
        with suppress(OSError), remembering(output, report) as state:
            state.failures = _alarm_ended(state.failures, name, key)


def forget_ended(output: Path, report: ReportFile, organizations: Sequence[str], places: Collection[str]) -> None:
    """Failures are forgotten that have been published since, that nobody wants any more, or that are not tried any more.

    `organizations` are those of the store, `places` what this look had to make: what is not among it and has seen a later
    interval work has been given up. Nothing is forgotten for an `all` that could not be looked up.
    """
    wanted = report.organizations(organizations)
    if not wanted or not failures_of(output, report.name):
        return
    names = {*wanted, *map(source_of, wanted if schedule_of(report).fetch else ())}
    with remembering(output, report.name) as state:
        failures = state.failures
        mended = {key for key, failure in failures.items() if run_id(output / key) not in {None, failure.replaces}}
        for key in mended:
            failures = _alarm_ended(failures, failures[key].of, key)
        state.failures = {
            key: failure
            for key, failure in failures.items()
            if key not in mended and failure.of in names and (key in places or not failure.over)
        }


def failures_of(output: Path, report: str) -> dict[str, Failure]:
    """What fails of a report now."""
    return remembered(output, report).failures


def alarms(failures: Mapping[str, Failure]) -> Iterator[tuple[str, Failure]]:
    """Each alarm with the newest of its failures."""
    yield from {failure.alarm: failure for _, failure in sorted(failures.items())}.items()


def _alarm_ended(failures: Mapping[str, Failure], name: str, last: str | None) -> dict[str, Failure]:
    """The failures, those of an organization or source up to `last` (None: all) being over."""
    return {
        key: failure.part_of(failure.alarm, over=True)
        if failure.of == name and (last is None or key <= last)
        else failure
        for key, failure in failures.items()
    }
