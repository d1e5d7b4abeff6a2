"""Findings as a reader meets them: on the page a sentence each, worst first, with what to do behind a fold; the same as files."""

import json
from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote, urlencode

from apiusage_helpers.charts.panel import Html, sentence
from apiusage_helpers.insights.finding import Finding, findings_table
from apiusage_helpers.interval import Interval
from apiusage_helpers.tables.csv_files import csv_file
from apiusage_helpers.text import counted, visible

_SIGNS = {"critical": "▲", "warning": "!", "info": "i"}
NOTHING = (
    "Nothing to report. Looked for: throttling, refused and failed requests, polling, reads that could be spared, and clients "
    "that are new, silent, unknown or changed."
)


def findings_list(
    found: Sequence[Finding],
    *,
    most: int | None = None,
    title: str = "Findings",
    filtered: Interval | None = None,
    anchor: str = "findings",
) -> Html:
    """The first `most` findings (None: all) that nobody has acknowledged yet, then those that are.

    On a page that filters the rows of an interval (`filtered`), a press on a finding shows its requests.
    """
    shown = found[:most]
    rest = len(found) - len(shown)
    items = "".join(_item(one, filtered) for one in shown)
    file = '<a href="#files">findings.csv</a>' if filtered else "findings.csv"
    more = f'<p class="note">{counted(rest, "more finding")} in {file}.</p>' if rest else ""
    body = f'<ul class="findings">{items}</ul>{more}' if found else f"<p>{NOTHING}</p>"
    lines = [f"{one.severity}: {one.cause} {one.remedy}" for one in shown] or [NOTHING]
    html = f'<section class="box published" id="{anchor}" aria-label="{title}"><h2>{title}</h2>{body}</section>'
    return Html(html, "\n".join([title, *lines]))


def findings_files(found: Sequence[Finding]) -> dict[str, bytes]:
    """findings.csv and findings.json by name: the same findings in the same order, in JSON with their evidence."""
    told = json.dumps([one.told() for one in found], indent=1, ensure_ascii=False)
    return {"findings.csv": csv_file(findings_table(found)), "findings.json": told.encode()}


def told_findings(found: Iterable[Finding], filtered: Interval | None = None) -> list[dict[str, str]]:
    """What run.json tells of findings, ready for JSON: enough to alarm somebody, and not the figures by name.

    `filtered`: the interval of a page that can be filtered to a finding's requests.
    """
    names = (
        "kind",
        "severity",
        "cause",
        "remedy",
        "client_id",
        "client_name",
        "http_method",
        "template_uri",
        "acknowledged",
    )
    return [
        {name: getattr(one, name) for name in names}
        | {"start": str(one.start), "end": str(one.end), "address": address_of(one, filtered) if filtered else ""}
        for one in found
    ]


def address_of(one: Finding, interval: Interval) -> str:
    """The part of a page's address that filters it to a finding's client, URL and days; empty where that is everything.

    Of days those in `interval`, and none where they are all of it or those of a billing month (page/template/report/filters.js).
    """
    days = [day for day in interval.days if one.start <= day <= one.end]
    url = f"{one.http_method} {one.template_uri}" if one.template_uri else ""
    chosen = [("clients", one.client_id), ("requests", url)]
    spanned = [] if one.of_billing_month or len(days) == len(interval) else [("days", str(day)) for day in days]
    return urlencode([*((facet, value) for facet, value in chosen if value), *spanned], quote_via=quote, safe="")


def _item(one: Finding, filtered: Interval | None) -> str:
    days = f"<time>{one.start}</time>" + (f" to <time>{one.end}</time>" if one.start != one.end else "")
    known = f"<p>Acknowledged: {escape(visible(one.acknowledged))}</p>" if one.acknowledged else ""
    word = "acknowledged" if one.acknowledged else one.severity
    sign = f'<span class="mark" aria-hidden="true">{_SIGNS[one.severity]}</span> <b>{word}</b>'
    address = address_of(one, filtered) if filtered else ""
    show = f' <a class="show" href="#{address}">Show these requests</a>' if address else ""
    return (
        f'<li class="{one.severity}" data-kind="{one.kind}" data-severity="{one.severity}">{sign} '
        f"<span>{sentence(one.cause)}</span> <small>{days}</small>{known}{show}"
        f"<details><summary>What to do</summary><p>{sentence(one.remedy)}</p></details></li>"
    )
