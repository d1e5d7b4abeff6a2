"""What stands around the panels: the head, the strip of checks, the counts of each section, and how these figures
compare with the platform's own. All of it is text with figures; all text from data is escaped.
"""

import json
import shlex
from collections.abc import Sequence
from html import escape
from zoneinfo import ZoneInfo

from apiusage_helpers.charts.panel import Html
from apiusage_helpers.interval import Interval, local_label
from apiusage_helpers.reports.agreement import unmet_choices
from apiusage_helpers.reports.checks import agreed, checks_list
from apiusage_helpers.reports.headline import local_interval, minute, whole_dates
from apiusage_helpers.reports.usage_report import UsageReport
from apiusage_helpers.tables.panel_spec import Rows, shown_rows
from apiusage_helpers.text import counted, days_in_words, listed, percent, visible, whole
from apiusage_helpers.usage import METHODS_OF_THE_PLATFORM_TEXT


def source(report: UsageReport) -> Html:
    """Where the figures come from, and how many checks hold."""
    return _facts({"Covers": _covers(report), "Source": _source(report), "Checks": _checked(report)})


def again(report: UsageReport, command: str = "") -> Html:
    """How to get the data, and the same report again: the files, and the `command` (empty: one with every choice)."""
    files = listed(sorted(report.files), len(report.files))
    command = command or _command(report)
    title = "The data, and this report again"
    html = (
        f'<section class="box" aria-label="{title}"><h3>{title}</h3><p id="files">Files beside this page: '
        f"{escape(files)}, and run.json, which holds how they were made. This command makes the report again:</p>"
        f'<pre class="copyable" tabindex="0" aria-label="Command"><code>{escape(command)}</code></pre></section>'
    )
    return Html(html, f"{title}: {files}\n{command}")


def checks(report: UsageReport) -> Html:
    """The strip of checks with their figures: what agrees, what does not, and what to know of the data."""
    return checks_list(report.checks)


_SECTIONS: dict[int, Rows] = {1: "all", 2: "clients", 3: "urls"}


def section_counts(report: UsageReport, section: int) -> Html:
    """The counts that head a section: requests x of y, OAuth clients a of b under its selection."""
    requests, rows = report.summary.requests, _SECTIONS[section]
    shown = requests[shown_rows(requests, report.selection, rows)]
    counts = (
        f"Requests {whole(shown['requests'].sum())} of {whole(report.summary.total)} · "
        f"OAuth clients {whole(shown['client_id'].nunique())} of {whole(report.summary.clients)}"
    )
    lines = [counts, _choices(report, section), *_unmet(report, section)]
    told = [line for line in lines if line]
    html = "".join(f'<p class="counts">{escape(visible(line))}</p>' for line in told)
    return Html(f'<div id="counts-{section}">{html}</div>', "\n".join(told))


def comparison(report: UsageReport) -> Html:
    """How to hold this report against the platform's own figures: dates, its 400, methods, what is counted."""
    lines = [_platform_400(report), _platform_methods(report), _platform_dates(report), *_COVERED]
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    title = "Comparing with the platform's own figures"
    return Html(
        f'<aside class="box published" aria-label="{title}"><h3>{title}</h3><ul>{items}</ul></aside>', "\n".join(lines)
    )


_COVERED = (
    (
        "Counted: requests of custom and third-party integrations, AppFoundry applications, Embeddable Framework "
        "applications, and data actions that call the Genesys Cloud Public API."
    ),
    (
        "Not counted: requests of Genesys Cloud's own browser, web and mobile apps, outbound data actions to other "
        "platforms, and the embedded clients for Chrome, Firefox, Salesforce and Zendesk. The jobs service "
        "(usage/aggregates/query/jobs) counts built-in clients too, so its totals can be larger."
    ),
    "The current day is in neither: both count whole UTC days and lag by at least one day.",
)


def _facts(facts: dict[str, str]) -> Html:
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{whole_dates(text)}</dd></div>" for name, text in facts.items())
    return Html(
        f'<dl class="facts" id="facts">{items}</dl>', "\n".join(f"{name}: {text}" for name, text in facts.items())
    )


def _covers(report: UsageReport) -> str:
    selection = report.selection
    days = f"{selection.interval.start} to {selection.interval.end} ({counted(len(selection.interval), 'UTC day')})"
    zone = (
        "" if selection.display_timezone == "UTC" else f"; in {selection.display_timezone} {local_interval(selection)}"
    )
    methods = f"; HTTP methods {', '.join(selection.http_methods)}" if selection.http_methods else ""
    whose = f", fetched from {visible(report.whose)}" if report.whose else ""
    return f"{selection.organization}{whose}, {days}{zone}{methods}"


def _checked(report: UsageReport) -> str:
    """How many checks of agreement hold, and which notes there are on the data."""
    notes_on_data = [f"{check.name}: {check.detail}" for check in report.checks if not check.stops and not check.ok]
    return "; ".join([agreed(report.checks), *(notes_on_data or ["nothing to note on the data"])])


def _command(report: UsageReport) -> str:
    """The command that makes the report again, ready for a shell."""
    selection = report.selection
    options = {"organization": selection.organization, "date_range": str(selection.interval)}
    if selection.display_timezone != "UTC":
        options["display_timezone"] = selection.display_timezone
    lists = {name: list(getattr(selection, name)) for name in _LISTS if getattr(selection, name)}
    options |= {name: json.dumps(values) for name, values in lists.items()} | {"top": str(selection.top)}
    chosen = (word for name, value in options.items() for word in ("-p", name, value))
    return shlex.join(["apiusage", "report", "params/daily.yaml", "--today", str(selection.today), *chosen])


_LISTS = ("clients", "client_template_uris", "template_uris", "http_methods")


def _source(report: UsageReport) -> str:
    days = report.usage.days
    newest = max(days, key=lambda day: day.fetched_at)
    sources = ", ".join(sorted({day.source for day in days}))
    return f"{sources}; as of {minute(newest.fetched_at)} UTC, newest day {max(day.date for day in days)}"


def _choices(report: UsageReport, section: int) -> str:
    selection, labels = report.selection, report.labels
    clients = [labels.get(one, one) for one in selection.clients]
    by_section: dict[int, tuple[tuple[str, Sequence[str]], ...]] = {
        1: (),
        2: (("OAuth clients", clients), ("template URIs", selection.client_template_uris)),
        3: (("template URIs", selection.template_uris),),
    }
    told = [f"{name}: {listed(values, 5)}" for name, values in by_section[section] if values]
    return f"Chosen {'; '.join(told)}" if told else ""


def _unmet(report: UsageReport, section: int) -> list[str]:
    unmet = unmet_choices(report.summary.requests, report.selection)
    parameters = {1: (), 2: ("clients", "client_template_uris"), 3: ("template_uris",)}[section]
    return [line for name in parameters for line in unmet[name]]


def _platform_400(report: UsageReport) -> str:
    counts = {
        status: int(report.summary.requests[name].sum())
        for status, name in ((400, "client_errors"), (429, "throttled"))
    }
    return (
        f"429 inside its 400: the platform's 400 is the whole class 4xx, so it reads {whole(counts[400] + counts[429])} "
        f"where this report shows {whole(counts[400])} (4xx without 429) and {whole(counts[429])} (429) apart. "
        "Its 200, 300 and 500 are classes too."
    )


def _platform_methods(report: UsageReport) -> str:
    by_method = report.summary.requests.groupby("http_method")["requests"].sum().sort_index()
    others = {str(m): int(n) for m, n in by_method.items() if m and m not in METHODS_OF_THE_PLATFORM_TEXT}
    share = sum(others.values()) / report.summary.total if report.summary.total else 0
    named = ", ".join(METHODS_OF_THE_PLATFORM_TEXT)
    if not others:
        return f"Methods: the platform's text names {named}; no other method occurs here."
    found = listed([f"{visible(method)} {whole(count)}" for method, count in others.items()], 6)
    return f"Methods that its text does not list: it names {named}; these rows also hold {found} ({percent(share)} of all)."


def _platform_dates(report: UsageReport) -> str:
    interval, name = report.selection.interval, report.selection.display_timezone
    zone = ZoneInfo(name)
    early = [day for day in interval.days if local_label(day, zone) != day]  # a clock change may lie between the days
    if not early:
        shift = f"in {name} the dates are the same"
    elif len(early) == len(interval):
        shift = f"in {name} it shows the UTC day {early[0]} as {local_label(early[0], zone)}"
    else:
        named = days_in_words(Interval(early[0], early[-1]))
        shift = f"in {name} it shows each UTC day of {named} as the day before, and the other days under the same date"
    return f"UTC shift: days are counted from 00:00 to 23:59 UTC, but the platform labels them in local time; {shift}."
