"""The tiles: five key figures, each with its change against the days before and its last thirty days as a thin line.

A change is a figure and a word, so that no colour has to be seen. Every figure is that of summary.csv.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape, unescape

import numpy as np
import numpy.typing as npt

from apiusage_helpers.charts.panel import Html
from apiusage_helpers.insights.fair_use import BillingMonth
from apiusage_helpers.insights.history import History
from apiusage_helpers.page.sparkline import sparkline
from apiusage_helpers.reports.api_usage.metrics import Metric, metrics, new_and_silent, not_compared
from apiusage_helpers.reports.usage_report import UsageReport
from apiusage_helpers.text import counted, days_in_words, listed, percent, visible, whole

DAYS = 30  # of a sparkline
_ALLOWANCES = "params/tables/allowances.yaml"
_FAILED = ("client_errors", "throttled", "server_errors")
_MOST_NAMES = 2


@dataclass(frozen=True)
class _Tile:
    """One tile: its metric, what stands on it, and further metrics told in its lines (as HTML that is safe)."""

    metric: Metric
    title: str
    value: str
    lines: Sequence[str]
    picture: str = ""


def tiles(report: UsageReport) -> Html:
    """The tiles of the report; without its story only what its own rows tell."""
    found = metrics(report)
    shown = [_requests(report, found), *_shares(report, found), _clients(report, found)]
    shown += [_fair_use(report, found)] if report.story else []
    html = "".join(map(_html, shown))
    text = "\n".join(map(_text, shown))
    return Html(f'<section id="tiles" class="tiles" aria-label="Key figures">{html}</section>', text)


def _html(tile: _Tile) -> str:
    lines = "".join(f"<p>{line}</p>" for line in tile.lines if line).replace(" %", "&nbsp;%")
    return (
        f'<div class="tile" {_data(tile.metric)}><h2>{escape(tile.title)}</h2>'
        f'<p class="value">{escape(tile.value)}</p>{lines}{tile.picture}</div>'
    )


def _text(tile: _Tile) -> str:
    """The tile in plain text; what begins small goes on with the sentence."""
    lines = [unescape(re.sub(r"<[^>]+>", "", line)) for line in tile.lines if line]
    told = "".join(f" {line}" if line[0].islower() else f". {line}" for line in lines)
    return f"{tile.title}: {tile.value}{told}."


def _data(metric: Metric) -> str:
    value, previous = (_plain(one) for one in (metric.value, metric.previous))
    return f'data-metric="{metric.name}" data-value="{value}" data-previous="{previous}"'


def _plain(value: float | None) -> str:
    """The number as summary.csv writes it."""
    if value is None:
        return ""
    return np.format_float_positional(value, trim="-") if isinstance(value, float) else str(value)


def _span(metric: Metric, text: str) -> str:
    return f"<span {_data(metric)}>{escape(visible(text))}</span>"


def _requests(report: UsageReport, found: dict[str, Metric]) -> _Tile:
    one = found["requests"]
    lines = [_gaps(len(report.selection.interval), len(report.usage.missing)), _change_of_requests(one, report)]
    days = _by_day(report, "requests")
    return _Tile(one, "Requests", whole(one.value or 0), lines, sparkline(days, "Requests per day"))


def _shares(report: UsageReport, found: dict[str, Metric]) -> list[_Tile]:
    total = _by_day(report, "requests")
    made = []
    for name, title, outcomes in (
        ("failed_share", "Failed", _FAILED), ("throttled_share", "Throttled (429)", ("throttled",)),
    ):  # fmt: skip
        one, counts = found[name], _by_day(report, *outcomes)
        days = [None if n is None or not of else n / of for n, of in zip(counts, total, strict=True)]
        requests = sum(int(report.summary.requests[outcome].sum()) for outcome in outcomes)
        told = counted(requests, "request")
        value = "–" if one.value is None else percent(one.value)
        picture = sparkline(days, f"{title}, share per day", percent)
        made.append(_Tile(one, title, value, [told, _change_of_share(one, report)], picture))
    return made


def _clients(report: UsageReport, found: dict[str, Metric]) -> _Tile:
    one, moved = found["active_clients"], new_and_silent(report)
    lines = [not_compared(report)]
    if moved is not None:
        lines = [_change_of_clients(one, report)]
        lines += [
            _span(found[name], f"{whole(len(clients))} {word}: {_names(report, clients)}")
            for name, word, clients in (("new_clients", "new", moved[0]), ("silent_clients", "silent", moved[1]))
            if clients
        ]
    history = report.story.history if report.story else None
    days = _last(history, (history.by_client("requests") > 0).sum(axis=0)) if history else []
    return _Tile(
        one, "Active OAuth clients", whole(one.value or 0), lines, sparkline(days, "Active OAuth clients per day")
    )


def _names(report: UsageReport, clients: dict[str, str]) -> str:
    labels = report.labels
    return listed([labels.get(client, name or client) for client, name in clients.items()], _MOST_NAMES)


def _fair_use(report: UsageReport, found: dict[str, Metric]) -> _Tile:
    one, month = found["fair_use_used"], report.story.month if report.story else None
    if month is None or month.used is None:
        return _Tile(one, "Fair use", "–", ["No day of the billing month is stored yet."])
    allowance, projected = found["fair_use_allowance"], found["fair_use_projected"]
    lines = [
        _allowed(month, allowance),
        _until(month, report.selection.interval.end),
        _gaps(len(month.days), len(month.missing)),
        _expected(month, projected),
        _runs_out(month),
        _jobs(month),
    ]
    running = np.cumsum([n or 0 for n in month.days]).tolist()
    title = f"Fair use, {days_in_words(month.interval, year=False)}"
    return _Tile(one, title, whole(month.used), lines, sparkline(running, "Requests of the billing month, added up"))


def _allowed(month: BillingMonth, allowance: Metric) -> str:
    if month.allowance is None:
        return f"Allowance unknown: name the licences in <code>{_ALLOWANCES}</code>"
    share = f" ({percent((month.used or 0) / month.allowance)})" if month.allowance else ""
    return _span(allowance, f"of {whole(month.allowance)} requests{share}")


def _until(month: BillingMonth, end: date) -> str:
    """Up to which day the month is counted, where that is after the report's last one."""
    last = month.interval.days[len(month.days) - 1]
    return "" if last <= end else f"Counted up to {last.day} {last:%b}, beyond the days of this report"


def _expected(month: BillingMonth, projected: Metric) -> str:
    end = f"{month.interval.end.day} {month.interval.end:%b}"
    if month.over:
        return _span(projected, f"{whole(month.overage)} too many") if month.overage else ""
    if month.projected is None:
        return "A forecast needs 14 days of history"
    over = month.overage
    more = f", {whole(over)} too many" if over else ""
    least = "at least " if month.missing else ""
    return _span(projected, f"{least}{whole(month.projected)} expected by {end}{more}")


def _runs_out(month: BillingMonth) -> str:
    likely = month.exhausted.likely
    if likely is None:
        unknown = month.allowance is None or month.projected is None or month.missing
        return "" if unknown else f"The allowance {'lasted' if month.over else 'lasts'}"
    verb = "ran out on" if likely < month.today else "runs out around"
    return f"<b>The allowance {verb} {likely.day} {likely:%b}</b>"


def _jobs(month: BillingMonth) -> str:
    if not month.jobs_days or month.allowance is None:
        return ""
    return f"Careful: {counted(month.jobs_days, 'day')} from the jobs service, which counts more than is billed"


def _gaps(days: int, missing: int) -> str:
    """How many of the days a total lacks; nothing where it lacks none."""
    return f'<b class="gap">{days - missing} of {counted(days, "day")} only</b>' if missing else ""


def _change_of_requests(one: Metric, report: UsageReport) -> str:
    if one.change is None or one.previous is None:
        return not_compared(report)
    if not one.change:
        return f"As many as {_before(report)}"
    word = "more" if one.change > 0 else "fewer"
    figure = escape(percent(abs(one.change) / one.previous)) if one.previous else whole(abs(one.change))
    return f"{figure} {word} than {_before(report)} ({whole(one.previous)})"


def _change_of_share(one: Metric, report: UsageReport) -> str:
    if one.change is None or one.previous is None:
        return not_compared(report) if one.value is not None else ""
    points = f"{abs(one.change) * 100:.1f}"
    if points == "0.0":
        same = percent(one.previous) == percent(one.value or 0)
        return f"{'As' if same else 'About as'} before ({escape(percent(one.previous))})"
    word, kind = ("higher", "worse") if one.change > 0 else ("lower", "better")
    return f'<span class="{kind}">{points} points {word}</span>: was {escape(percent(one.previous))}'


def _change_of_clients(one: Metric, report: UsageReport) -> str:
    if not one.change:
        return f"As many as {_before(report)}"
    word = "more" if one.change > 0 else "fewer"
    return f"{whole(abs(one.change))} {word} than {_before(report)}"


def _before(report: UsageReport) -> str:
    return days_in_words(report.selection.interval.compared_with(), year=False)


def _by_day(report: UsageReport, *measures: str) -> list[float | None]:
    """The sums of the last days of the store, as far as the report's history goes; None for a missing day."""
    history = report.story.history if report.story else None
    if history is None:
        return []
    return _last(history, sum((history.by_client(name).sum(axis=0) for name in measures), np.zeros(len(history.days))))


def _last(history: History, days: npt.NDArray[np.number]) -> list[float | None]:
    known = zip(days.tolist(), history.known.tolist(), strict=True)
    return [n if there else None for n, there in known][-DAYS:]
