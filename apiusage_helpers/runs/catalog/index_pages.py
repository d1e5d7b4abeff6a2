"""The shelf and the roll-ups: static pages that lead to the reports. Each is rebuilt from the outputs, in one step.

`index.html` shows every published report and what fails; a report of several organizations has a roll-up page an interval,
`<report>/_all/<start>_<end>.html`. Nothing is remembered between two builds, so a page can always be made again.

What a schedule makes fails until it works. Nobody may ever try a run by hand again, so it leaves the shelf after a week.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path

from apiusage_helpers.page.sparkline import sparkline
from apiusage_helpers.project.small_files import write_text
from apiusage_helpers.runs.records.run_facts import RunFacts, kept_failed, published
from apiusage_helpers.runs.records.state_files import locked
from apiusage_helpers.text import counted, percent, visible, whole

MOST_ROWS = 500
BY_HAND_DAYS = 7
ALL = "_all"  # no organization can have this name


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
    """The shelf and the roll-ups tell what is published and fails as of `now`; others who rebuild them wait meanwhile."""
    from apiusage_helpers.page.html import static_page  # noqa: PLC0415  # nh3 and jinja2, when there is a page to write

    with locked(output, "pages"):
        reports = sorted(path.name for path in output.glob("[!.]*") if path.is_dir())
        shown = [Shown(facts, link.relative_to(output)) for name in reports for link, facts in published(output, name)]
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
        body = shelf(shown, listed, sorted(rolled, key=lambda key: key[1].partition("_")[::-2], reverse=True))
        write_text(output / "index.html", static_page(body, title="API Usage: reports", summary=_summary(shown)))


def roll_up_page(output: Path, report: str, interval: str) -> Path:
    """Where the roll-up of a report and interval is."""
    return output / report / ALL / f"{interval}.html"


def shelf(shown: Sequence[Shown], failed: Sequence[Shown], rolled: Sequence[tuple[str, str]] = ()) -> str:
    """The body of the shelf: what fails, the newest of each report and organization, all intervals."""
    newest: dict[tuple[str, str], Shown] = {}
    for run in sorted(shown, key=lambda run: run.end):
        newest[run.key[:2]] = run
    latest = sorted(newest.values(), key=_worst_first)
    older = sorted((run for run in shown if run not in latest), key=lambda run: (run.end, run.key), reverse=True)
    facts = {
        "Reports": whole(len({run.key[0] for run in shown})),
        "Failing": whole(len(failed)),
        "Organizations": whole(len({run.key[1] for run in shown})),
        "Critical findings": whole(_critical(latest)),
        "Newest run": max((_minute(run.facts.finished_at) for run in shown), default="none"),
    }
    return "".join(
        [
            f"<h1>API Usage reports</h1>{_facts(facts)}",
            f"{_failures(failed, Path())}{_LEAVES}" if failed else "",
            "<h2>Newest of each report</h2>"
            + (_runs("Newest of each report", latest, Path()) if latest else _nothing()),
            f"<h2>Earlier intervals</h2>{_runs('Earlier intervals', older[:MOST_ROWS], Path())}{_more(len(older))}"
            if older
            else "",
            f"<h2>Several organizations</h2>{_roll_ups(rolled)}" if rolled else "",
        ]
    )


def roll_up(report: str, runs: Sequence[Shown]) -> str:
    """The body of a roll-up: one row an organization and their total; `runs` are of one interval, failed ones among them."""
    good = [run for run in runs if not run.facts.failed]
    interval = runs[0].facts.interval
    sums = {name: sum(run.facts.totals.get(name, 0) for run in good) for name in ("requests", "failed", "throttled")}
    before = [run.facts.previous.requests for run in good if run.facts.previous and run.facts.change is not None]
    moved = sums["requests"] / sum(before) - 1 if good and len(before) == len(good) and sum(before) else None
    facts = {
        "Requests": whole(sums["requests"]),
        "Change": _signed(moved) or "–",
        "Organizations": f"{len(good)} of {len(runs)}",
        "Interval": f"{interval.start} to {interval.end}",
        "Failed": percent(sums["failed"] / sums["requests"]) if sums["requests"] else "",
        "Throttled": percent(sums["throttled"] / sums["requests"]) if sums["requests"] else "",
        "Critical findings": whole(_critical(good)),
        "Waiting for days": whole(sum(bool(run.facts.days.missing or run.facts.days.provisional) for run in good)),
    }
    ranked = sorted(good, key=_worst_first)
    failed = [run for run in runs if run not in good]
    here = Path(report) / ALL
    return "".join(
        [
            f"<h1>{escape(report)}: all organizations</h1>{_facts(facts)}",
            _failures(failed, here) if failed else "",
            "<h2>By organization</h2>"
            + (_runs("Reports by organization", ranked, here, of_one=True) if ranked else _nothing()),
            f'<p><a href="{_up(here)}index.html">All reports</a></p>',
        ]
    )


def _failing(output: Path, shown: Sequence[Shown]) -> list[Shown]:
    """The newest failed run of each report, organization and interval that has not succeeded since."""
    good = {run.key: run.facts.started_at for run in shown}
    newest: dict[tuple[str, str, str], Shown] = {}
    for folder, facts in kept_failed(output):
        run = Shown(facts, folder.relative_to(output))
        newest[run.key] = run
    return [run for key, run in sorted(newest.items()) if run.facts.started_at >= good.get(key, "")]


def pages_are_stale(output: Path, now: datetime) -> bool:
    """Whether since the shelf was built a run was published or has failed, by hand or before a kill, or is to leave it."""
    page = output / "index.html"
    if not page.is_file():
        return True
    built = page.stat()
    places = [output / name for name in (".runs", ".failed") if (output / name).is_dir()]
    then, since = (_earliest_by_hand(instant) for instant in (datetime.fromtimestamp(built.st_mtime, UTC), now))
    leaves = any(then <= folder.name < since for folder in (output / ".failed").glob("*"))
    return leaves or any(place.stat().st_mtime_ns > built.st_mtime_ns for place in places)


def _earliest_by_hand(now: datetime) -> str:
    """What the ids of failed runs by hand that are still on the shelf do not come before; ids start with their time."""
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


def _runs(caption: str, runs: Sequence[Shown], here: Path, *, of_one: bool = False) -> str:
    """The wall: the first columns are those that a phone shows (report.css). Runs `of_one` report and interval name neither."""
    heads = [
        "Organization",
        "Findings",
        "Requests",
        "Change",
        "Each day",
        "Failed",
        "Throttled",
        "Fair use",
        "Days",
        "Made (UTC)",
    ]
    rows = [_run(run, here, of_one=of_one) for run in runs]
    if not of_one:
        heads += ["Report", "Interval"]
        rows = [[*row, *_which(run, here)] for row, run in zip(rows, runs, strict=True)]
    return _table(caption, heads, rows, kind="shelf wall")


def _which(run: Shown, here: Path) -> list[tuple[str, bool]]:
    """Of which report and interval a run is."""
    interval = f'<a href="{_up(here)}{run.folder}/report.html">{escape(run.key[2].replace("_", " to "))}</a>'
    return [(escape(run.key[0]), False), (interval, False)]


def _run(run: Shown, here: Path, *, of_one: bool) -> list[tuple[str, bool]]:
    """The cells of a run, and whether each is a number; the organization leads to the newest report, or to this one."""
    facts, up = run.facts, _up(here)
    page = f"{run.folder}/report.html" if of_one else f"{run.folder.parent}/latest.html"
    shares = [facts.share(name) for name in ("failed", "throttled")]
    return [
        (f'<a href="{up}{page}">{escape(run.key[1])}</a>', False),
        (_findings(run, up), False),
        (whole(facts.totals["requests"]), True),
        (_signed(facts.change), True),
        (sparkline(facts.requests_per_day), False),
        *(("" if share is None else percent(share), True) for share in shares),
        (escape(_fair_use(facts)), False),
        (escape(_days(facts)), False),
        (escape(_minute(facts.finished_at)), False),
    ]


def _worst_first(run: Shown) -> tuple[object, ...]:
    """What orders runs: critical findings, then warnings, then days that are missing, then the name."""
    facts = run.facts
    return -facts.severity("critical"), -facts.severity("warning"), -len(facts.days.missing), run.key


def _critical(runs: Sequence[Shown]) -> int:
    """How many critical findings there are; one that several reports tell of an organization counts once."""
    told = ((run.facts.organization, one) for run in runs for one in run.facts.findings if not one.acknowledged)
    return len({(organization, one.key) for organization, one in told if one.severity == "critical"})


def _findings(run: Shown, up: str) -> str:
    """How many findings there are above info, as a link to them."""
    told = [(name, run.facts.severity(name)) for name in ("critical", "warning")]
    words = [f'<span class="{name}">{count} {name}{_plural(name, count)}</span>' for name, count in told if count]
    return f'<a href="{up}{run.folder}/report.html#findings">{", ".join(words)}</a>' if words else ""


def _plural(name: str, count: int) -> str:
    return "s" if name == "warning" and count > 1 else ""


def _fair_use(facts: RunFacts) -> str:
    """What of the allowance is used, and whether it is expected to do."""
    month = facts.fair_use
    if month is None or not month.allowance:
        return ""
    over = month.projected is not None and month.projected > month.allowance
    return f"{percent(month.used / month.allowance)} used" + (", runs out" if over else "")


def _days(facts: RunFacts) -> str:
    """What a reader must know of the days; empty where all are there, settled and as they were."""
    kinds = {"missing": facts.days.missing, "provisional": facts.days.provisional}
    gaps = [f"{len(days)} {kind}" for kind, days in kinds.items() if days]
    return ", ".join(filter(None, [*gaps, facts.made_again]))


def _minute(instant: str) -> str:
    """The minute of an instant, as a table shows it."""
    return instant[:16].replace("T", " ")


def _failures(failed: Sequence[Shown], here: Path) -> str:
    rows = [
        [
            (escape(run.key[0]), False),
            (escape(run.key[1]), False),
            (escape(run.key[2].replace("_", " to ")), False),
            (escape(_minute(run.facts.started_at)), False),
            (escape(visible(run.facts.message or "")), False),
            (_kept(run, here), False),
        ]
        for run in failed
    ]
    return "<h2>Failing</h2>" + _table(
        "Failing", ("Report", "Organization", "Interval", "Tried (UTC)", "Why", "Kept"), rows
    )


_LEAVES = f'<p class="note">A run by hand leaves this list after {BY_HAND_DAYS} days, or at once by: apiusage prune --rest 0</p>'


def _kept(run: Shown, here: Path) -> str:
    """A link to the executed notebook of a failed run; one that was killed early has none."""
    names = [file.name for file in run.facts.files]
    return f'<a href="{_up(here)}{run.folder}/executed.ipynb">notebook</a>' if "executed.ipynb" in names else "nothing"


def _roll_ups(rolled: Sequence[tuple[str, str]]) -> str:
    links = (
        f'<li><a href="{report}/{ALL}/{interval}.html">{escape(report)}, {interval.replace("_", " to ")}</a></li>'
        for report, interval in rolled[:MOST_ROWS]
    )
    return f"<ul>{''.join(links)}</ul>"


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[tuple[str, bool]]], kind: str = "shelf") -> str:
    """The cells (HTML, and whether it is a number) as a table in the form that all pages share."""
    numbers = [number for _, number in rows[0]] if rows else [False] * len(heads)
    mark = {True: ' class="number"', False: ""}
    top = "".join(f'<th scope="col"{mark[n]}>{escape(head)}</th>' for head, n in zip(heads, numbers, strict=True))
    body = "".join(f"<tr>{''.join(f'<td{mark[number]}>{cell}</td>' for cell, number in row)}</tr>" for row in rows)
    return (
        f'<div class="table-box {kind}" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f'<caption class="unseen">{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _facts(facts: Mapping[str, str]) -> str:
    items = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in facts.items() if text
    )
    return f'<dl class="facts">{items}</dl>'


def _signed(figure: float | None) -> str:
    return "" if figure is None else f"{figure:+.1%}".replace("%", " %")


def _summary(runs: Sequence[Shown]) -> str:
    return f"{counted(len(runs), 'run')} published: API requests by OAuth client, URL and status."


def _nothing() -> str:
    return '<p class="nothing">Nothing is published yet. Try: apiusage report params/daily.yaml</p>'


def _more(count: int) -> str:
    more = count - MOST_ROWS
    return f'<p class="note">{whole(more)} more are listed by: apiusage runs</p>' if more > 0 else ""


def _up(here: Path) -> str:
    """The way from a page's folder back to the output folder."""
    return "../" * len(here.parts)
