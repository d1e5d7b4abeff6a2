"""The pages that lead to the reports: of all of them, and roll-ups. Each is rebuilt from the outputs, in one step.

`index.html` shows every published report and what fails; a report of several organizations has a roll-up page an interval,
`<report>/_all/<start>_<end>.html`. Nothing is remembered between two builds, so a page can always be made again.

What a schedule makes fails until it works. Nobody may ever try a run by hand again, so it leaves the page after a week.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from apiusage_helpers.page.sparkline import sparkline
from apiusage_helpers.project.small_files import write_text
from apiusage_helpers.runs.records.run_facts import RunFacts, all_published, kept_failed
from apiusage_helpers.runs.records.state_files import locked
from apiusage_helpers.text import counted, days_in_words, percent, signed_percent, visible, whole

MOST_ROWS = 500
BY_HAND_DAYS = 7
ALL = "_all"  # no organization can have this name
_TEMPLATE = Path(__file__).parent / "pages.html.j2"
_NOTEBOOK = "executed.ipynb"


@dataclass(frozen=True)
class Shown:
    """One run on a page: its facts, and its folder below the output folder."""

    facts: RunFacts
    folder: Path

    @property
    def key(self) -> tuple[str, str, str]:
        """Report, organization and interval."""
        return self.facts.report, self.facts.organization, self.facts.place.name

    @property
    def end(self) -> tuple[date, date]:
        """What orders intervals: the end, then the start."""
        return self.facts.interval.end, self.facts.interval.start


def rebuild_pages(output: Path, now: datetime) -> None:
    """The pages tell what is published and fails as of `now`; others who rebuild them wait meanwhile."""
    from apiusage_helpers.page.html import static_page  # noqa: PLC0415  # nh3 and jinja2, when there is a page to write

    with locked(output, "pages"):
        shown = [Shown(facts, link.relative_to(output)) for link, facts in all_published(output)]
        failed = _failing(output, shown)
        rolled = _by_interval(shown, failed)
        for (report, interval), runs in rolled.items():
            path = roll_up_page(output, report, interval)
            if _newer(path, [output / run.folder for run in runs]):
                continue
            title = f"API Usage: {report}, {interval.replace('_', ' to ')}"
            page = static_page(roll_up(report, runs), title=title, summary=_summary(runs))
            write_text(path, page)
        listed = [run for run in failed if run.facts.by_schedule or run.folder.name >= _earliest_by_hand(now)]
        body = listing(shown, listed, sorted(rolled, key=lambda key: key[1].partition("_")[::-2], reverse=True))
        write_text(output / "index.html", static_page(body, title="API Usage: reports", summary=_summary(shown)))


def roll_up_page(output: Path, report: str, interval: str) -> Path:
    """Where the roll-up of a report and interval is."""
    return output / report / ALL / f"{interval}.html"


def listing(shown: Sequence[Shown], failed: Sequence[Shown], rolled: Sequence[tuple[str, str]] = ()) -> str:
    """The body of the page of all reports: what fails, the newest of each report and organization, all intervals."""
    newest: dict[tuple[str, str], Shown] = {}
    for run in sorted(shown, key=lambda run: run.end):
        newest[run.key[:2]] = run
    latest = sorted(newest.values(), key=_worst_first)
    older = sorted((run for run in shown if run not in latest), key=lambda run: (run.end, run.key), reverse=True)
    told = {
        "Reports": whole(len({run.key[0] for run in shown})),
        "Failing": whole(len(failed)),
        "Organizations": whole(len({run.key[1] for run in shown})),
        "Critical findings": whole(_critical(latest)),
        "Newest run": max((_minute(run.facts.finished_at) for run in shown), default="none"),
    }
    links = [
        (f"{report}/{ALL}/{interval}.html", f"{report}, {interval.replace('_', ' to ')}")
        for report, interval in rolled[:MOST_ROWS]
    ]
    from apiusage_helpers.page.html import filled  # noqa: PLC0415  # as above

    return filled(
        _TEMPLATE, kind="listing", up="", told=told, failed=_failures(failed), latest=_rows(latest), rolled=links,
        older=_rows(older[:MOST_ROWS]), more=whole(len(older) - MOST_ROWS) if len(older) > MOST_ROWS else "",
        by_hand_days=BY_HAND_DAYS,
    )  # fmt: skip


def roll_up(report: str, runs: Sequence[Shown]) -> str:
    """The body of a roll-up: one row an organization and their total; `runs` are of one interval, failed ones among them."""
    good = [run for run in runs if not run.facts.failed]
    interval = runs[0].facts.interval
    sums = {name: sum(run.facts.totals.get(name, 0) for run in good) for name in ("requests", "failed", "throttled")}
    before = [run.facts.previous.requests for run in good if run.facts.previous and run.facts.change is not None]
    moved = sums["requests"] / sum(before) - 1 if good and len(before) == len(good) and sum(before) else None
    told = {
        "Requests": whole(sums["requests"]),
        "Change": _signed(moved) or "–",
        "Organizations": f"{len(good)} of {len(runs)}",
        "Interval": f"{interval.start} to {interval.end}",
        "Failed": percent(sums["failed"] / sums["requests"]) if sums["requests"] else "",
        "Throttled": percent(sums["throttled"] / sums["requests"]) if sums["requests"] else "",
        "Critical findings": whole(_critical(good)),
        "Waiting for days": whole(sum(bool(run.facts.days.missing or run.facts.days.provisional) for run in good)),
    }
    failed = [run for run in runs if run not in good]
    up = "../" * len((Path(report) / ALL).parts)
    ranked = _rows(sorted(good, key=_worst_first))
    from apiusage_helpers.page.html import filled  # noqa: PLC0415  # as above

    return filled(_TEMPLATE, kind="roll_up", up=up, report=report, told=told, failed=_failures(failed), good=ranked)


def _failing(output: Path, shown: Sequence[Shown]) -> list[Shown]:
    """The newest failed run of each report, organization and interval that has not succeeded since."""
    good = {run.key: run.facts.started_at for run in shown}
    newest: dict[tuple[str, str, str], Shown] = {}
    for folder, facts in kept_failed(output):
        run = Shown(facts, folder.relative_to(output))
        newest[run.key] = run
    return [run for key, run in sorted(newest.items()) if run.facts.started_at >= good.get(key, "")]


def pages_are_stale(output: Path, now: datetime) -> bool:
    """Whether since the page was built a run was published or has failed, by hand or before a kill, or is to leave it."""
    page = output / "index.html"
    if not page.is_file():
        return True
    built = page.stat()
    places = [output / name for name in (".runs", ".failed") if (output / name).is_dir()]
    then, since = (_earliest_by_hand(instant) for instant in (datetime.fromtimestamp(built.st_mtime, UTC), now))
    leaves = any(then <= folder.name < since for folder in (output / ".failed").glob("*"))
    return leaves or any(place.stat().st_mtime_ns > built.st_mtime_ns for place in places)


def _earliest_by_hand(now: datetime) -> str:
    """What the ids of failed runs by hand that are still on the page do not come before; ids start with their time."""
    return f"{now - timedelta(days=BY_HAND_DAYS):%Y%m%dT%H%M%S}"


def _newer(page: Path, runs: Sequence[Path]) -> bool:
    """Whether a page was written after each of its runs was published or failed."""
    return page.is_file() and page.stat().st_mtime_ns > max(run.lstat().st_mtime_ns for run in runs)


def _by_interval(shown: Sequence[Shown], failed: Sequence[Shown]) -> dict[tuple[str, str], list[Shown]]:
    """The runs of each report and interval that several organizations have; a failed run takes the place of a good one."""
    found: dict[tuple[str, str], dict[str, Shown]] = {}
    for run in (*shown, *failed):
        report, organization, interval = run.key
        found.setdefault((report, interval), {})[organization] = run
    return {key: list(runs.values()) for key, runs in found.items() if len(runs) > 1}


def _rows(runs: Sequence[Shown]) -> list[dict[str, Any]]:
    """What the table of runs says of each; pages by their way below the output folder."""
    return [_row(run) for run in runs]


def _row(run: Shown) -> dict[str, Any]:
    facts, (report, organization, _) = run.facts, run.key
    shares = {name: facts.share(name) for name in ("failed", "throttled")}
    severities = [(name, facts.severity(name)) for name in ("critical", "warning")]
    return {
        "report": report,
        "organization": organization,
        "interval": days_in_words(facts.interval),
        "page": f"{run.folder}/report.html",
        "latest": f"{run.folder.parent}/latest.html",
        "findings": [(name, f"{count} {name}{_plural(name, count)}") for name, count in severities if count],
        "requests": whole(facts.totals["requests"]),
        "change": _signed(facts.change),
        "spark": sparkline(facts.requests_per_day),
        **{name: "" if share is None else percent(share) for name, share in shares.items()},
        "fair_use": _fair_use(facts),
        "days": _days(facts),
        "made": _minute(facts.finished_at),
    }


def _worst_first(run: Shown) -> tuple[object, ...]:
    """What orders runs: critical findings, then warnings, then days that are missing, then the name."""
    facts = run.facts
    return -facts.severity("critical"), -facts.severity("warning"), -len(facts.days.missing), run.key


def _critical(runs: Sequence[Shown]) -> int:
    """How many critical findings there are; one that several reports tell of an organization counts once."""
    told = ((run.facts.organization, one) for run in runs for one in run.facts.findings if not one.acknowledged)
    return len({(organization, one.key) for organization, one in told if one.severity == "critical"})


def _plural(name: str, count: int) -> str:
    return "s" if name == "warning" and count > 1 else ""


def _fair_use(facts: RunFacts) -> list[str]:
    """What of the allowance is used, and where the rest is not expected to do, that it runs out."""
    month = facts.fair_use
    if month is None or not month.allowance:
        return []
    over = month.projected is not None and month.used <= month.allowance < month.projected
    return [f"{percent(month.used / month.allowance)} used", *(["runs out"] if over else [])]


def _days(facts: RunFacts) -> str:
    """What a reader must know of the days; empty where all are there, settled and as they were."""
    kinds = {"missing": facts.days.missing, "provisional": facts.days.provisional}
    gaps = [f"{len(days)} {kind}" for kind, days in kinds.items() if days]
    return ", ".join(filter(None, [*gaps, facts.made_again]))


def _minute(instant: str) -> str:
    """The minute of an instant, as a table shows it."""
    return instant[:16].replace("T", " ")


def _failures(failed: Sequence[Shown]) -> list[dict[str, str]]:
    """What the table of failing runs says of each; `kept` is the executed notebook, which one that was killed early lacks."""
    return [
        {
            "report": run.key[0],
            "organization": run.key[1],
            "interval": run.key[2].replace("_", " to "),
            "tried": _minute(run.facts.started_at),
            "why": visible(run.facts.message or ""),
            "kept": f"{run.folder}/{_NOTEBOOK}" if any(file.name == _NOTEBOOK for file in run.facts.files) else "",
        }
        for run in failed
    ]


def _signed(figure: float | None) -> str:
    return "" if figure is None else signed_percent(figure)


def _summary(runs: Sequence[Shown]) -> str:
    return f"{counted(len(runs), 'run')} published: API requests by OAuth client, URL and status."
