"""An independent count of what a page shows under its reader's choices, in plain Python over raw rows.

Nothing of the kit is imported here. A row is a dict as in plain_count.py; a choice is a list of (facet, value), as the
page's address keeps it: the values of one facet are alternatives, the facets hold together.
"""

import csv
import io
import random
import re
from pathlib import Path
from typing import Any

import plain_count

MISSING = "2026-11-21"  # the day that the pages of the browser tests lack


def raw_rows(folder: Path) -> list[dict[str, Any]]:
    """The raw rows of a published report, from its api_usage.csv; each under its client's newest name."""
    text = (folder / "api_usage.csv").read_bytes().decode()
    read = [{name: value[1:] if re.match("'+[=+@-]", value) else value for name, value in row.items()}
            for row in csv.DictReader(io.StringIO(text, newline=""))]  # fmt: skip
    newest = {
        row["client_id"]: row["client_name"] for row in sorted(read, key=lambda row: (row["date"], row["client_name"]))
    }
    counts = ("requests", *plain_count.STATUSES)
    return [row | {name: int(row[name]) for name in counts} | {"client_name": newest[row["client_id"]]} for row in read]


def random_choice(rows: list[dict[str, Any]], dice: random.Random) -> list[tuple[str, str]]:
    """A choice of one to three facets with one to four values each, as the address keeps it."""
    values = {
        "days": [*sorted({row["date"] for row in rows}), MISSING],
        "clients": sorted({row["client_id"] for row in rows}),
        "methods": sorted({row["http_method"] for row in rows}),
        "uris": sorted({row["template_uri"] for row in rows}),
        "statuses": ["200", "300", "400", "429", "500"],
        "requests": sorted({f"{row['http_method']} {row['template_uri']}" for row in rows}),
    }
    facets = dice.sample(sorted(values), dice.randint(1, 3))
    return [
        (facet, value)
        for facet in facets
        for value in dice.sample(values[facet], dice.randint(1, min(4, len(values[facet]))))
    ]


def chosen_rows(rows: list[dict[str, Any]], choice: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """The rows under a choice, counted by what is chosen of their statuses."""
    wanted = {facet: {value for name, value in choice if name == facet} for facet, _ in choice}
    keys = {
        "days": lambda row: row["date"], "clients": lambda row: row["client_id"], "methods": lambda row: row["http_method"],
        "uris": lambda row: row["template_uri"], "requests": lambda row: f"{row['http_method']} {row['template_uri']}",
    }  # fmt: skip
    kept = [
        row
        for row in rows
        if all(keys[facet](row) in values for facet, values in wanted.items() if facet != "statuses")
    ]
    if "statuses" not in wanted:
        return kept
    return [row for row in (of_statuses(row, wanted["statuses"]) for row in kept) if row["requests"]]


def of_statuses(row: dict[str, Any], statuses: set[str]) -> dict[str, Any]:
    """The row with the requests of these statuses only; 429 stays inside its 400."""
    many = row["status429"] * ("429" in statuses)
    counts = {
        "status200": row["status200"] * ("200" in statuses),
        "status300": row["status300"] * ("300" in statuses),
        "status400": (row["status400"] - row["status429"]) * ("400" in statuses) + many,
        "status500": row["status500"] * ("500" in statuses),
    }
    return row | counts | {"status429": many, "requests": sum(counts.values())}


def as_read(text: str) -> list[tuple[Any, ...]]:
    """The records of a CSV file; the columns of shares as numbers."""
    header, *records = csv.reader(io.StringIO(text, newline=""))
    shares = [n for n, name in enumerate(header) if name.endswith("share")]
    return [
        tuple(header),
        *(tuple((float(v) if v else None) if n in shares else v for n, v in enumerate(r)) for r in records),
    ]


def as_shown(record: tuple[Any, ...], header: tuple[str, ...]) -> list[str]:
    """A record as a reader sees it: thousands apart, shares in percent, guards taken off."""
    texts = []
    for name, value in zip(header, record, strict=True):
        if name.endswith("share"):
            texts.append(percent(value))
        elif name in {"rank", "status"}:
            texts.append(value)
        elif name == "complete":
            texts.append({"True": "yes", "False": "no"}[value])
        elif value.isdigit():
            texts.append(f"{int(value):,}")
        else:
            texts.append(value[1:] if re.match("'+[=+@-]", value) else value)
    return texts


def percent(share: float | None) -> str:
    if share is None:
        return "–"
    if share in {0, 1}:
        return f"{share:.0f}".replace("1", "100") + " %"
    text = f"{share * 100:.1f}"
    return {"0.0": "<0.1", "100.0": ">99.9" if share < 1 else ">100"}.get(text, text) + " %"
