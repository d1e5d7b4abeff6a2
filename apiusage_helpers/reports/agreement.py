"""Figures that prove themselves: every panel and file held against sums that the engine makes over the rows.

A check of agreement that fails stops a report before it is published. A note on the data (sums of statuses, missing or
provisional days, excluded clients, source) is published with the report: it tells, and stops nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from apiusage_helpers.errors import quoted
from apiusage_helpers.reports.checks import Check
from apiusage_helpers.selection import Selection
from apiusage_helpers.store import StoredUsage
from apiusage_helpers.tables.csv_files import column_sums
from apiusage_helpers.tables.outcomes import FAILED, OUTCOMES, SUCCESSFUL
from apiusage_helpers.tables.panel_spec import RESULTS, PanelSpec, chosen_clients
from apiusage_helpers.tables.summary import RowTotals, Summary, chosen_rows, row_totals
from apiusage_helpers.text import did_you_mean

TOLD_DAYS = 7
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class RowSums:
    """What the rows say by themselves: of all that the report covers, and under the selections of sections 2 and 3."""

    report: RowTotals
    clients: RowTotals
    urls: RowTotals

    def of(self, panel: PanelSpec) -> RowTotals:
        """Those that a panel is to add up to."""
        return {"clients": self.clients, "urls": self.urls}.get(panel.rows, self.report)


def row_sums(usage: StoredUsage, selection: Selection, summary: Summary) -> RowSums:
    """The sums over the stored rows of a selection, by narrow queries of their own."""
    rows = partial(chosen_rows, usage.rows, http_methods=selection.http_methods, excluded=tuple(summary.excluded))
    ids = chosen_clients(summary.requests, selection.clients) if selection.clients else None
    report = row_totals(rows())
    narrow_clients, narrow_urls = selection.clients or selection.client_template_uris, selection.template_uris
    return RowSums(
        report,
        clients=row_totals(rows(clients=ids, template_uris=selection.client_template_uris))
        if narrow_clients
        else report,
        urls=row_totals(rows(template_uris=selection.template_uris)) if narrow_urls else report,
    )


def panels_agree(
    panels: Sequence[PanelSpec], tables: Tables, sums: RowSums, own: Mapping[str, Check]
) -> tuple[Check, ...]:
    """The checks that stop a report: each panel against the rows; `own` are the report's own checks by name."""
    names = dict.fromkeys(panel.check for panel in panels if panel.check)
    held = {name: [panel for panel in panels if panel.check == name] for name in names}
    return tuple(own.get(name) or _add_up(name, shown, tables, sums) for name, shown in held.items())


def files_agree(tables: Tables, rows: RowTotals, files: Mapping[str, bytes]) -> Check:
    """Whether the files hold what the panels do, and api_usage.csv what the rows do: each is read back."""
    wrong = [name for name, table in tables.items() if not _same_sums(files[f"{name}.csv"], table)]
    usage = column_sums(files["api_usage.csv"])
    if (usage["rows"], usage.get("requests", 0)) != (rows.rows, rows.requests):
        wrong.append("api_usage")
    detail = f"{len(files)} files read back; api_usage.csv holds {usage['rows']:,} rows, {usage.get('requests', 0):,} requests"
    return Check("CSV files", not wrong, detail + (f"; they differ in {', '.join(wrong)}" if wrong else ""))


def nothing_from_today(rows: RowTotals, selection: Selection) -> Check:
    """Whether all requests are of the interval and before today."""
    newest = rows.newest
    ok = newest is None or (newest in selection.interval and newest < selection.today)
    seen = "there is no request" if newest is None else f"the newest day with requests is {newest}"
    return Check("Nothing from today", ok, f"{seen}; the interval ends {selection.interval.end}")


def notes(
    usage: StoredUsage, sums: RowSums, summary: Summary, selection: Selection, *, marked: Collection[str] = ()
) -> tuple[Check, ...]:
    """What a reader should know of the data: statuses, days, excluded clients, source, and choices that nothing meets.

    `marked` are the ids that clients.csv excludes.
    """
    return (
        _status_sums(sums.report),
        _days(usage),
        _excluded(summary, marked),
        _source(usage),
        *_choices(summary, selection),
    )


def unmet_choices(requests: pd.DataFrame, selection: Selection) -> dict[str, list[str]]:
    """Sentences, by parameter, on chosen clients and template URIs that no row of the interval bears."""
    uris = set(requests["template_uri"])
    known = {
        "clients": {*requests["client_id"], *requests["client_name"]},
        "client_template_uris": uris,
        "template_uris": uris,
    }
    return {
        parameter: [
            f"{parameter}: {quoted(value)} made no request in this interval{did_you_mean(value, names)}"
            for value in getattr(selection, parameter)
            if value not in names
        ]
        for parameter, names in known.items()
    }


def _choices(summary: Summary, selection: Selection) -> tuple[Check, ...]:
    unmet = [line for lines in unmet_choices(summary.requests, selection).values() for line in lines]
    detail = " ".join([*(line if line.endswith("?") else f"{line};" for line in unmet[:-1]), *unmet[-1:]])
    return (Check("Choices", ok=False, detail=detail, stops=False),) if unmet else ()


def _add_up(name: str, panels: Sequence[PanelSpec], tables: Tables, sums: RowSums) -> Check:
    """The check that panels of the same rows say these rows' figures."""
    rows, what = sums.of(panels[0]), f"{len(panels)} panels" if len(panels) > 1 else "the panel"
    seen = [_figures_of(panel, tables[panel.name]) for panel in panels]
    return held(name, what, seen, {name: getattr(rows, name) for name in ("requests", *RESULTS)})


def _figures_of(panel: PanelSpec, table: pd.DataFrame) -> dict[str, int]:
    """What a table holds of requests, successful and failed ones."""
    requests = {"requests": int(table["requests"].sum())}
    if panel.by in {"status", "outcome"}:  # one row each, the successful first
        first = len(SUCCESSFUL) if panel.by == "status" else 1
        return dict(
            zip(
                RESULTS,
                (int(part.sum()) for part in (table["requests"][:first], table["requests"][first:])),
                strict=True,
            )
        )
    if set(OUTCOMES) <= set(table):
        parts = zip(RESULTS, (SUCCESSFUL, FAILED), strict=True)
        return requests | {name: int(table[list(names)].to_numpy().sum()) for name, names in parts}
    return requests | {name: int(table[name].sum()) for name in RESULTS if name in table}


def _same_sums(file: bytes, table: pd.DataFrame) -> bool:
    sums = column_sums(file)
    return sums["rows"] == len(table) and sums.get("requests", 0) == int(table["requests"].sum())


def _status_sums(rows: RowTotals) -> Check:
    gap = rows.requests - rows.successful - rows.failed
    told = (
        f"{rows.uneven_rows:,} rows do not; requests exceed their statuses by {gap:,}" if rows.uneven_rows else "all do"
    )
    return Check(
        "Sums of statuses",
        not rows.uneven_rows,
        f"rows whose 2xx, 3xx, 4xx and 5xx make up their requests: {told}",
        stops=False,
    )


def _days(usage: StoredUsage) -> Check:
    provisional = [day.date for day in usage.days if day.provisional]
    total = len(usage.days) + len(usage.missing)
    gaps = (("missing", usage.missing), ("provisional", provisional))
    told = [
        f"{word}: {', '.join(map(str, days[:TOLD_DAYS]))}{' …' if len(days) > TOLD_DAYS else ''}"
        for word, days in gaps
        if days
    ]
    return Check("Days", not told, "; ".join([f"{len(usage.days)} of {total} in the store", *told]), stops=False)


def _excluded(summary: Summary, marked: Collection[str]) -> Check:
    """How many are left out, and which ids that clients.csv marks have no row: perhaps one is spelt in another way."""
    clients, requests = len(summary.excluded), sum(summary.excluded.values())
    told = f"{clients:,} OAuth clients with {requests:,} requests left out" if clients else "none left out"
    strangers = sorted(set(marked) - set(summary.excluded))
    if strangers:
        more = " …" if len(strangers) > TOLD_DAYS else ""
        told += f"; marked in clients.csv and without a row here: {', '.join(strangers[:TOLD_DAYS])}{more}"
    return Check("Excluded clients", not clients, told, stops=False)


def _source(usage: StoredUsage) -> Check:
    sources = sorted({day.source for day in usage.days})
    return Check("Source", len(sources) <= 1, ", ".join(sources), stops=False)


def held(name: str, what: str, seen: Sequence[Mapping[str, int]], rows: Mapping[str, int]) -> Check:
    """The check that `what` says the figures of the rows: each of `seen` those that it knows."""
    wrong = [figures for figures in seen if any(figure != rows[word] for word, figure in figures.items())]
    if not wrong:
        known = {word: figure for word, figure in rows.items() if any(word in figures for figures in seen)}
        return Check(name, ok=True, detail=f"{what} and the rows: {_told(known)}")
    told = " or ".join(sorted({_told(figures) for figures in seen}))
    return Check(name, ok=False, detail=f"{what}: {told}; but the rows: {_told(rows)}")


def _told(figures: Mapping[str, int]) -> str:
    return ", ".join(f"{figure:,} {word}" for word, figure in figures.items())
