"""What makes two runs of another kind: organization, report, notebook, days, parameters. Their figures are not looked at.

A difference between such runs may be no change at all, so whoever compares them is told.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from apiusage_helpers.interval import Interval
from apiusage_helpers.runs.records.run_facts import OF_THE_RUN, RunFacts
from apiusage_helpers.settings.report_file import WHERE_COUNTED
from apiusage_helpers.text import counted, cut, visible

_WIDEST = 80


def in_kind(before: RunFacts, after: RunFacts) -> Iterator[str]:
    """A sentence for each way in which the second run is of another kind than the first; none for two of one kind."""
    if before.organization != after.organization:
        yield f"The first is of {before.organization}, the second of {after.organization}."
    if before.report != after.report:
        yield f"The first is of the report {before.report}, the second of {after.report}."
    if before.notebook != after.notebook:
        yield f"The first is made by the notebook {before.notebook}, the second by {after.notebook}."
    if before.interval != after.interval:
        yield _days(before.interval, after.interval)
    yield from _parameters(before.parameters, after.parameters)


def _days(before: Interval, after: Interval) -> str:
    """The days of both, and which of them the files by day are compared on."""
    first, last = max(before.start, after.start), min(before.end, after.end)
    common = (
        f"files with dates are compared on {counted((last - first).days + 1, 'day')} of both"
        if first <= last
        else "they have no day in common"
    )
    return f"The first is of {_span(before)}, the second of {_span(after)}: {common}."


def _span(interval: Interval) -> str:
    return f"{interval.start} to {interval.end} ({counted(len(interval), 'day')})"


def _parameters(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """The settings that differ, but for the organization and days of a run, and where it was counted."""
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if name not in (*OF_THE_RUN, *WHERE_COUNTED) and old != new and (old or new):
            yield f"The first has {name} {_value(old)}, the second {_value(new)}."


def _value(setting: object) -> str:
    """A setting as `-p` takes it, cut where it is long."""
    return cut(visible(setting if isinstance(setting, str) else json.dumps(setting, ensure_ascii=False)), _WIDEST)
