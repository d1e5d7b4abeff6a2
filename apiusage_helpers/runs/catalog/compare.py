"""What changed between two runs, by data: their facts and the rows of their CSV files, whatever the pages look like.

Any two runs can be compared; what makes them of another kind (organization, report, days, parameters) is told first. Rows
are the same when all that is no figure is the same. Files with dates are compared on the days that both runs cover.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.project.formula_guard import unguarded
from apiusage_helpers.runs.catalog.comparability import in_kind
from apiusage_helpers.runs.records.run_facts import RunFacts, all_published, facts_of, is_torn
from apiusage_helpers.text import counted, did_you_mean, listed, percent, signed_percent, signed_whole, visible, whole

_FIGURES = frozenset({
    "requests", "successful", "failed", "succeeded", "redirected", "client_errors", "throttled", "server_errors",
    "status200", "status300", "status400", "status429", "status500", "filtered_requests", "used", "allowance",
    "remaining", "projected", "projected_low", "projected_high", "overage", "running_total", "expected", "expected_low",
    "expected_high", "previous", "value", "saving",
})  # fmt: skip
_DERIVED = frozenset({
    "rank", "share", "filtered_share", "failed_share", "throttled_share", "change", "client_name", "kind", "meaning",
    "complete", "exhausted_on", "cause", "remedy",
})  # follows from the rest, or only names it  # fmt: skip
_TOLD_ROWS = 10
_TOP = "{files}: the rows differ only because `top` does; the figures are the same."
Row = dict[str, str]


@dataclass(frozen=True)
class FileDifference:
    """How one CSV file differs: rows only one run has, and rows whose figures are others, the largest change first.

    `shared_names` are names of several clients, whether their rows differ or not.
    """

    name: str
    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    changed: tuple[tuple[Row, Row], ...]
    shared_names: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether it differs at all."""
        return bool(self.added or self.removed or self.changed)


def find_run(output: Path, named: Path) -> Path:
    """The folder of a run: a published folder, a run's own folder, its report.html, or its id.

    ParameterError when there is none, or it failed: then it has no data to compare.
    """
    given = named.parent if named.name == "report.html" else named
    candidates = (given, output / given, output / ".runs" / given)
    found = next((path for path in candidates if facts_of(path) is not None), None)
    if found is None:
        raise ParameterError(f"{named}: {_why_none(output, given, candidates)}")
    if _facts(found).failed:
        raise ParameterError(f"{named}: this run failed, so it has no data to compare; name one that was published")
    return found


def _why_none(output: Path, given: Path, candidates: Sequence[Path]) -> str:
    """Why nothing can be compared, and what to do: the run that is named tells nothing, or there is none of that name."""
    if any(is_torn(path) or (path.is_symlink() and not path.is_file()) for path in candidates):
        return "the run.json of this run is missing or cannot be read; make the report again"
    known = [str(link.relative_to(output)) for link, facts in all_published(output) if not facts.failed]
    return f"there is no run{did_you_mean(str(given), known) or '; `apiusage runs` lists the path of each'}"


def differences(before: Path, after: Path) -> dict[str, Any]:
    """The two runs, what differs in kind, their totals, and the files that differ; ready for JSON but for the files."""
    old, new = _facts(before), _facts(after)
    names = [{path.name for path in folder.glob("*.csv")} for folder in (before, after)]
    starts, ends = zip(*((str(facts.interval.start), str(facts.interval.end)) for facts in (old, new)), strict=True)
    days = (max(starts), min(ends))
    both = sorted(names[0] & names[1])
    rows = {name: (_rows(before / name, days), _rows(after / name, days)) for name in both}
    by_top = [
        name for name in both if _differs_by_top(*rows[name], old.parameters.get("top"), new.parameters.get("top"))
    ]
    found = (_file_difference(name, *rows[name]) for name in both if name not in by_top)
    return {
        "runs": [_named(before, old), _named(after, new)],
        "in_kind": [*in_kind(old, new), *_lonely(*names)],
        "totals": {"before": old.totals, "after": new.totals},
        "by_top": [_TOP.format(files=listed(by_top, len(by_top)))] if by_top else [],
        "files": [difference for difference in found if difference],
    }


def told(found: dict[str, Any]) -> Iterator[str]:
    """The differences in lines."""
    for sign, run in zip("-+", found["runs"], strict=True):
        yield f"{sign} {run['report']} of {run['organization']}, {run['interval']} ({run['path']})"
    yield from found["in_kind"]
    before, after = found["totals"]["before"], found["totals"]["after"]
    for name in after:
        old, new = before.get(name, 0), after[name]
        yield f"{name}: {old:,} -> {new:,}" + (
            f" ({signed_whole(new - old)}{_percent(old, new)})" if new != old else ""
        )
    yield from found["by_top"]
    for file in found["files"]:
        counts = ((len(file.added), "added"), (len(file.removed), "removed"), (len(file.changed), "changed"))
        yield f"{file.name}: " + ", ".join(f"{counted(count, 'row')} {word}" for count, word in counts if count)
        yield from _told_rows(file)
    if not found["files"]:
        yield "no other file differs in its data" if found["by_top"] else "no file differs in its data"


def as_json(found: dict[str, Any]) -> dict[str, Any]:
    """The differences as JSON holds them."""
    files = [
        {
            "name": file.name,
            "added": list(file.added),
            "removed": list(file.removed),
            "changed": [{"before": old, "after": new} for old, new in file.changed],
        }
        for file in found["files"]
    ]
    return found | {"files": files}


def _facts(folder: Path) -> RunFacts:
    facts = facts_of(folder)
    if facts is None:
        raise ParameterError(f"{folder}: there is no run; `apiusage runs` lists the path of each")
    return facts


def _named(path: Path, facts: RunFacts) -> dict[str, str]:
    return {
        "report": facts.report,
        "organization": facts.organization,
        "interval": str(facts.interval),
        "path": str(path),
    }


def _lonely(before: set[str], after: set[str]) -> Iterator[str]:
    """The files that only one of the runs has, in words."""
    for which, names in (("first", before - after), ("second", after - before)):
        if names:
            yield f"Only the {which} has {', '.join(sorted(names))}."


def _rows(path: Path, days: Sequence[str]) -> list[Row]:
    """The rows of a file, those with a date on `days` only; the guard of its text cells is taken off."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{name: unguarded(text) for name, text in row.items()} for row in csv.DictReader(file)]
    return [row for row in rows if "date" not in row or days[0] <= row["date"] <= days[1]]


def _file_difference(name: str, before: Sequence[Row], after: Sequence[Row]) -> FileDifference:
    old, new = ({_key(row): row for row in rows} for rows in (before, after))
    changed = [(old[key], new[key]) for key in old.keys() & new.keys() if _figures(old[key]) != _figures(new[key])]
    return FileDifference(
        name,
        tuple(row for key, row in new.items() if key not in old),
        tuple(row for key, row in old.items() if key not in new),
        tuple(sorted(changed, key=lambda pair: (-abs(_moved(*pair)), _key(pair[1])))),
        _shared_names((*before, *after)),
    )


def _differs_by_top(before: Sequence[Row], after: Sequence[Row], old: object, new: object) -> bool:
    """Whether a ranking differs, and would not with the same number of ranks."""
    if (
        not isinstance(old, int)
        or not isinstance(new, int)
        or old == new
        or not {"rank"} <= {*(before or after or [{}])[0]}
    ):
        return False
    least = min(old, new)
    same = not _file_difference("", _cut_to(before, least), _cut_to(after, least))
    return same and bool(_file_difference("", before, after))


def _cut_to(ranking: Sequence[Row], most: int) -> list[Row]:
    """A ranking of at most `most` ranks, the rest in its row Other."""
    first = [row for row in ranking if row["rank"] and int(row["rank"]) <= most]
    rest = [row for row in ranking if row not in first]
    if not rest:
        return first
    sums = {name: str(sum(int(row.get(name) or 0) for row in rest)) for name in ranking[0] if name in _FIGURES}
    labelled = "client_name" if "client_name" in ranking[0] else "template_uri"
    return [*first, dict.fromkeys(ranking[0], "") | {labelled: "Other"} | sums]


def _shared_names(rows: Sequence[Row]) -> frozenset[str]:
    """The names that clients of different ids bear."""
    clients = {(row.get("client_name", ""), row.get("client_id", "")) for row in rows}
    return frozenset(name for name, count in Counter(name for name, _ in clients).items() if name and count > 1)


def _key(row: Row) -> tuple[str, ...]:
    kept = [name for name in row if name not in _FIGURES and name not in _DERIVED]
    other = [row["client_name"]] if row.get("client_name") == "Other" and not row.get("client_id") else []
    return (*(row[name] for name in kept), _finding(row), *other)


def _figures(row: Row) -> list[str]:
    return [value for name, value in row.items() if name in _FIGURES]


def _moved(old: Row, new: Row) -> int:
    return int(new.get("requests") or 0) - int(old.get("requests") or 0)


def _told_rows(file: FileDifference) -> Iterator[str]:
    rows = [
        *((_change(old, new), new) for old, new in file.changed),
        *((f"added{_requests(row)}", row) for row in file.added),
        *((f"removed{_requests(row)}", row) for row in file.removed),
    ]
    for what, row in rows[:_TOLD_ROWS]:
        parts = (row.get("date"), _month(row), row.get("status"), row.get("outcome"), row.get("metric"), _finding(row),
                 _client(row, file.shared_names), row.get("http_method"), row.get("template_uri"))  # fmt: skip
        yield f"    {visible(' '.join(part for part in parts if part))}: {what}"
    if len(rows) > _TOLD_ROWS:
        yield f"    and {len(rows) - _TOLD_ROWS:,} more"


def _change(old: Row, new: Row) -> str:
    """How a row changed: its requests, else the figures that are others."""
    if old.get("requests") != new.get("requests"):
        before, after = int(old.get("requests") or 0), int(new.get("requests") or 0)
        return f"{before:,} -> {after:,} requests ({signed_whole(after - before)}{_percent(before, after)})"
    others = (name for name in new if name in _FIGURES and old.get(name) != new[name])
    return ", ".join(f"{name} {_figure(old, name)} -> {_figure(new, name)}" for name in others)


def _percent(before: int, after: int) -> str:
    """The change in percent, after a comma; empty where there was nothing before."""
    return f", {signed_percent((after - before) / before)}" if before else ""


def _requests(row: Row) -> str:
    """The requests of a row after a comma, or by how many it tells a change; nothing where its file counts none."""
    if row.get("outcome") and row.get("change"):
        return f", {signed_whole(int(row['change']))} requests"
    return f", {_figure(row, 'requests')} requests" if row.get("requests") else ""


def _month(row: Row) -> str:
    """The billing month that a row is about."""
    return f"{row['start']} to {row['end']}" if "used" in row and row.get("start") else ""


def _figure(row: Row, name: str) -> str:
    """A figure of a row in words: a share in percent, any other number whole, "none" where it is empty."""
    text = row.get(name, "")
    if text and row.get("metric", "").endswith("_share"):
        return percent(float(text))
    return whole(int(text)) if text.removeprefix("-").isdecimal() else text or "none"


def _finding(row: Row) -> str:
    """The kind of a finding; empty for the row of a client, whose kind only describes it."""
    return row.get("kind", "") if "severity" in row else ""


def _client(row: Row, shared_names: frozenset[str]) -> str:
    """The client of a row by its name; the id stands beside a name of several clients, and in place of none."""
    name, client_id = row.get("client_name", ""), row.get("client_id", "")
    return f"{name} ({client_id})" if client_id and name in shared_names else name or client_id
