"""A finding: one thing that a reader should know or do, with its figures; and its row in findings.csv and findings.json.

Usage rows are daily totals by status class. What they only suggest is said with "may".
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from apiusage_helpers.names import SEVERITIES

COLUMNS = (
    "kind", "severity", "client_id", "client_name", "http_method", "template_uri", "start", "end", "requests", "cause", "remedy",
    "saving",
)  # fmt: skip
MONTH = 30  # days, for savings
_REFUSED, _ANSWERED = {"throttling", "client_errors"}, {"cacheable_reads", "bulk_available"}  # never the same requests


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding; what does not apply is empty.

    `requests` are those it is about from `start` to `end` (UTC days; it may start before the interval that was looked at);
    `saving` is requests a month. `acknowledged` is the reason why nobody needs to be told of it.
    """

    kind: str
    severity: str
    start: date
    end: date
    requests: int
    cause: str
    remedy: str
    client_id: str = ""
    client_name: str = ""
    http_method: str = ""
    template_uri: str = ""
    saving: int | None = None
    evidence: Mapping[str, int | float | str] = field(default_factory=dict)
    acknowledged: str = ""

    @property
    def of_billing_month(self) -> bool:
        """Whether it is about all that a billing month used, and not about what happened on its days."""
        return self.kind == "allowance"

    def told(self) -> dict[str, Any]:
        """The finding ready for JSON: `COLUMNS`, evidence and acknowledged."""
        return asdict(self) | {"start": str(self.start), "end": str(self.end)}


def worst_first(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings by severity, those that are acknowledged last, then by saving, requests and name."""
    return tuple(sorted(found, key=_order))


def largest_savings(found: Iterable[Finding]) -> list[Finding]:
    """The findings that name a saving and are not acknowledged, largest first; of those about the same requests only one."""
    named = [one for one in found if one.saving and not one.acknowledged]
    kept: list[Finding] = []
    for one in sorted(named, key=lambda one: -(one.saving or 0)):
        if not any(_meet(one, other) for other in kept):
            kept.append(one)
    return kept


def _meet(one: Finding, other: Finding) -> bool:
    """Whether two findings may be about the same requests; without a client or a URL they are about those of all."""
    if {one.kind in _REFUSED, other.kind in _REFUSED} == {True, False} and {one.kind, other.kind} & _ANSWERED:
        return False
    clients = {one.client_id, other.client_id}
    urls = {(one.http_method, one.template_uri), (other.http_method, other.template_uri)}
    return (len(clients) == 1 or "" in clients) and (len(urls) == 1 or ("", "") in urls)


def findings_table(found: Iterable[Finding]) -> pd.DataFrame:
    """One row a finding in `COLUMNS`; NA where there is no saving."""
    rows = [[getattr(one, name) for name in COLUMNS] for one in found]
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    return table.assign(**{name: pd.array(list(table[name]), dtype="Int64") for name in ("requests", "saving")})


def _order(one: Finding) -> tuple[Any, ...]:
    place = (bool(one.acknowledged), SEVERITIES.index(one.severity), -(one.saving or 0), -one.requests)
    return (*place, one.kind, one.client_name, one.client_id, one.template_uri, one.http_method)
