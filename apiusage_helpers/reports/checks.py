"""A check of a report's figures, and the list of them on its page.

A check of agreement that fails stops a report before it is published. A note on the data is published with it: it tells,
and stops nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from apiusage_helpers.charts.panel import Html
from apiusage_helpers.text import visible


@dataclass(frozen=True)
class Check:
    """One check: what was held against what, with the figures; `stops` when a failure stops the report."""

    name: str
    ok: bool
    detail: str
    stops: bool = True


def checks_list(checks: Sequence[Check]) -> Html:
    """The checks with their figures: what agrees, what does not, and what to know of the data."""
    title = agreed(checks)
    attention = "" if all(check.ok for check in checks) else " attention"
    items = "".join(map(_check, checks))
    text = "\n".join(f"{_mark(check)} {check.name}: {check.detail}" for check in checks)
    kinds = f"checks published{attention}"
    html = f'<section class="{kinds}" id="checks" aria-label="Checks"><h3>{title}</h3><ul>{items}</ul></section>'
    return Html(html, f"{title}\n{text}")


def agreed(checks: Sequence[Check]) -> str:
    """How many checks of agreement hold."""
    agree, failed = sum(check.stops for check in checks), len(failed_checks(checks))
    return f"{failed} of {agree} checks failed" if failed else f"All {agree} checks of agreement hold"


def failed_checks(checks: Sequence[Check]) -> list[str]:
    """A line for each check of agreement that failed."""
    return [f"{check.name}: {check.detail}" for check in checks if check.stops and not check.ok]


def _mark(check: Check) -> str:
    return "✓" if check.ok else ("✗" if check.stops else "!")


def _check(check: Check) -> str:
    kind = "ok" if check.ok else ("failed" if check.stops else "note")
    word = {"ok": "holds", "failed": "fails", "note": "note"}[kind]
    return (
        f'<li class="{kind}"><span class="mark" role="img" aria-label="{word}">{_mark(check)}</span> '
        f"<b>{escape(check.name)}</b> <span>{escape(visible(check.detail))}</span></li>"
    )
