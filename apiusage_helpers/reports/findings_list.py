"""Findings as a reader meets them on a page: a sentence each, worst first, with what to do behind a fold."""

from collections.abc import Sequence
from html import escape

from apiusage_helpers.charts.panel import Html
from apiusage_helpers.insights.finding import Finding
from apiusage_helpers.text import counted, visible

_SIGNS = {"critical": "▲", "warning": "!", "info": "i"}
NOTHING = (
    "Nothing to report. Looked for: throttling, refused and failed requests, polling, reads that could be spared, and clients "
    "that are new, silent, unknown or changed."
)


def findings_list(found: Sequence[Finding], *, most: int | None = None, title: str = "Findings") -> Html:
    """The first `most` findings (None: all) that nobody has acknowledged yet, then those that are."""
    shown = found[:most]
    rest = len(found) - len(shown)
    items = "".join(map(_item, shown))
    more = f'<p class="note">{counted(rest, "more finding")} in findings.csv.</p>' if rest else ""
    body = f'<ul class="findings">{items}</ul>{more}' if found else f"<p>{NOTHING}</p>"
    lines = [f"{one.severity}: {one.cause} {one.remedy}" for one in shown] or [NOTHING]
    html = f'<section class="box published" id="findings" aria-label="{title}"><h3>{title}</h3>{body}</section>'
    return Html(html, "\n".join([title, *lines]))


def _item(one: Finding) -> str:
    days = f"<time>{one.start}</time>" + (f" to <time>{one.end}</time>" if one.start != one.end else "")
    known = f"<p>Acknowledged: {escape(visible(one.acknowledged))}</p>" if one.acknowledged else ""
    word = "acknowledged" if one.acknowledged else one.severity
    sign = f'<span class="mark" aria-hidden="true">{_SIGNS[one.severity]}</span> <b>{word}</b>'
    return (
        f'<li class="{one.severity}" data-kind="{one.kind}" data-severity="{one.severity}">{sign} '
        f"<span>{escape(visible(one.cause))}</span> <small>{days}</small>{known}"
        f"<details><summary>What to do</summary><p>{escape(visible(one.remedy))}</p></details></li>"
    )
