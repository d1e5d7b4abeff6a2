"""Results that were changed on their way: each is refused in words, or read as a second reader in plain Python reads it.

`make soak` tries 10,000; a figure that another reader would not get, and of which no note tells, is a silent fault.
"""

import csv
import io
import json
import os
import random
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from apiusage_helpers.errors import ApiUsageError
from apiusage_helpers.sources.files import ImportedUsage, read_usage

MUTATIONS = int(os.environ.get("APIUSAGE_MUTATIONS", "300"))
TODAY = date(2026, 11, 24)
Key = tuple[str, str, str, str]
COUNTS = ("status200", "status300", "status400", "status429", "status500")
CSV_COLUMNS = ("date", "client_id", "client_name", "http_method", "template_uri", "requests", *COUNTS)
JSON_NAMES = {
    "client_id": "clientId",
    "client_name": "clientName",
    "http_method": "httpMethod",
    "template_uri": "templateUri",
}
JOBS_NAMES = JSON_NAMES | {"requests": "requestCount"}
KNOWN = (*CSV_COLUMNS, *JOBS_NAMES.values(), "userId", "organizationId", "oauthClient", "platform", "user")
VALUES: tuple[Any, ...] = (
    None, "", " ", 0, -1, 1, 7.0, 7.5, 1e300, 2**53, 2**63, 2**64, "7", "7.0", "1e3", "٣", True, [], {}, "2026-10-06",
    "2026-10-06T00:00:00.000Z", "2026-10-06T00:00:00+02:00", "2026-10-06T05:00:00Z", "06/10/2026", "2026-W41-2", "20261006",
    "api/v2/other/", "\x00", "a\nb",
)  # fmt: skip


def rows() -> list[dict[str, Any]]:
    """Rows that add up, of five days, four clients and three URLs."""
    made = []
    for number in range(40):
        good, refused, limited = 100 + number, number % 5, number % 2 if number % 5 else 0
        made.append({
            "date": f"2026-10-{5 + number % 5:02}", "client_id": f"id-{number % 4}", "client_name": f'CRM, "{number % 4}" é',
            "http_method": ("GET", "POST")[number % 2], "template_uri": f"api/v2/{number // 5}", "requests": good + refused,
            "status200": good, "status300": 0, "status400": refused, "status429": limited, "status500": 0,
        })  # fmt: skip
    return made


def page(kind: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """They as an answer of usage/query or of the jobs service, and the list of rows in it."""
    if kind == "jobs":
        entities = [
            {JOBS_NAMES.get(name, name): value for name, value in row.items() if not name.startswith("client_")}
            | {"oauthClient": {"id": row["client_id"], "name": row["client_name"]}, "platform": ""}
            for row in rows()
        ]
        return {"entities": entities, "queryStatus": "Succeeded"}, entities
    results = [
        {JSON_NAMES.get(name, name): value for name, value in row.items()}
        | {"date": f"{row['date']}T00:00:00Z", "organizationId": "", "userId": ""}
        for row in rows()
    ]
    return {"results": results, "queryStatus": "Complete"}, results


def as_csv(of: list[dict[str, Any]]) -> bytes:
    """Rows as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS)
    writer.writeheader()
    writer.writerows(of)
    return text.getvalue().encode()


def changed_bytes(content: bytes, dice: random.Random) -> bytes:
    """A bit flipped, a piece lost, doubled, moved or overwritten, or the end lost."""
    start = dice.randrange(len(content))
    end = min(len(content), start + dice.choice((1, 1, 3, 20, 300)))
    piece = content[start:end]
    return dice.choice((
        lambda: content[:start] + bytes([content[start] ^ 1 << dice.randrange(8)]) + content[start + 1 :],
        lambda: content[:start] + content[end:],
        lambda: content[:end] + piece + content[end:],
        lambda: content[:start],
        lambda: content[:start] + bytes(dice.randrange(256) for _ in piece) + content[end:],
        lambda: content[end:] + piece,
        lambda: content[:start] + str(dice.randrange(10**6)).encode() + content[end:],
    ))()  # fmt: skip


def changed_rows(of: list[dict[str, Any]], dice: random.Random) -> None:
    """A field lost, replaced or named otherwise; a row lost, repeated, or repeated with another figure."""
    row = dice.choice(of)
    name = dice.choice(sorted(row))
    dice.choice((
        lambda: row.pop(name),
        lambda: row.update({name: dice.choice(VALUES)}),
        lambda: row.update({name: dice.choice(VALUES)}),
        lambda: row.update({name.upper(): row.pop(name)}),
        lambda: row.update({"more": 1}),
        lambda: of.remove(row),
        lambda: of.append(dict(row)),
        lambda: of.append(row | {"requests": 1, "status200": 1, "status400": 0, "status429": 0}),
    ))()  # fmt: skip


def mutated(kind: str, dice: random.Random) -> bytes:
    """One changed file."""
    if kind == "csv":
        of = rows()
        if dice.random() < 0.5:
            changed_rows(of, dice)
            of = [{name: row.get(name, "") for name in CSV_COLUMNS} for row in of]
            return as_csv(of)
        return changed_bytes(as_csv(of), dice)
    whole, listed = page(kind)
    if dice.random() < 0.5:
        changed_rows(listed, dice)
        return json.dumps(whole).encode()
    if dice.random() < 0.2:
        changed_rows([whole], dice)
        return json.dumps(whole).encode()
    if kind == "jobs" and dice.random() < 0.3:
        changed_rows([dice.choice(listed)["oauthClient"]], dice)
        return json.dumps(whole).encode()
    return changed_bytes(json.dumps(whole, ensure_ascii=False).encode(), dice)


def plain(content: bytes, kind: str) -> Counter[Key]:
    """The requests by day, client, method and URI, each different row once, by the standard library alone."""
    text = content.decode("utf-8-sig", errors="replace")
    records = _lines(text) if kind == "csv" else json.loads(text)["entities" if kind == "jobs" else "results"]
    counted: Counter[Key] = Counter()
    for row in {tuple(str(row.get(name)) for name in KNOWN): row for row in records}.values():
        key, requests = _counted(row, kind)
        counted[key] += requests
    return Counter({key: number for key, number in counted.items() if number})


def _counted(row: dict[str, Any], kind: str) -> tuple[Key, int]:
    """What a row counts, and its requests."""
    if kind == "csv":
        client, name = row.get("client_id"), row.get("client_name")
        method, uri, requests = row.get("http_method", ""), row.get("template_uri"), row["requests"]
    else:
        whose = row["oauthClient"] if kind == "jobs" else {"id": row.get("clientId"), "name": row.get("clientName")}
        client, name, method, uri = whose.get("id"), whose.get("name"), row.get("httpMethod"), row.get("templateUri")
        requests = row["requestCount" if kind == "jobs" else "requests"]
    day = str(row["date"]).strip()[:10]
    return (day, client or f"name:{name}", method, str(uri).removeprefix("/")), int(float(requests))


def _lines(text: str) -> list[dict[str, Any]]:
    """The records of a CSV text; letter case and what joins words do not count in its head."""
    head, *lines = csv.reader(io.StringIO(text, newline=""))
    names = [re.sub(r"[ ._-]", "", name).lower() for name in head]
    known = {name.replace("_", ""): name for name in CSV_COLUMNS} | {"client": "client_name", "name": "client_name"}
    return [
        {known.get(name, name): value for name, value in zip(names, line, strict=True)}
        for line in lines
        if any(map(str.strip, line))
    ]


def read(folder: Path, content: bytes) -> ImportedUsage | None:
    """What the kit makes of a file; None where it is refused in words."""
    path = folder / "result"
    path.write_bytes(content)
    try:
        return read_usage([path], today=TODAY)
    except ApiUsageError:
        return None


@pytest.mark.load
@pytest.mark.parametrize("kind", ["legacy", "jobs", "csv"])
def test_no_change_gives_another_figure_in_silence(tmp_path: Path, kind: str) -> None:
    """Read like the second reader, refused, or told."""
    dice = random.Random(17)
    outcomes: Counter[str] = Counter()
    for number in range(MUTATIONS // 3):
        content = mutated(kind, dice)
        taken = read(tmp_path, content)
        outcomes["refused" if taken is None else "read"] += 1
        if taken is not None:
            _hold(taken, content, kind, number)
    assert min(outcomes.values()) > MUTATIONS // 20, outcomes


def _hold(taken: ImportedUsage, content: bytes, kind: str, number: int) -> None:
    stored: Counter[Key] = Counter()
    for row in taken.usage.to_pylist():
        stored[str(row["date"]), row["client_id"], row["http_method"], row["template_uri"]] += row["requests"]
        assert row["requests"] == sum(row[name] for name in COUNTS) - row["status429"], (number, row)
    assert stored == plain(content, kind), (number, taken.notes, content)


def test_what_is_not_changed_is_read(tmp_path: Path) -> None:
    """The base of all changes, in each kind, is the same usage."""
    contents = [*(json.dumps(page(kind)[0]).encode() for kind in ("legacy", "jobs")), as_csv(rows())]
    usages = [taken.usage.sort_by("template_uri") for content in contents if (taken := read(tmp_path, content))]

    assert [usage.num_rows for usage in usages] == [40, 40, 40]
    assert usages[0].equals(usages[1])
    assert usages[0].equals(usages[2])
