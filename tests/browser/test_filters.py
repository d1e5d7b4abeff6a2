"""The filters of the page: what it shows is what plain Python counts from the raw rows under the same choices."""

import csv
import io
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import plain_count
import pytest

pytestmark = pytest.mark.browser

STATES = 50
START, END = "2026-11-17", "2026-11-23"
MISSING = "2026-11-21"
SHARED = ("top_clients", "status_codes", "top_urls", "client_requests", "success_and_failure")


@pytest.fixture(scope="module")
def rows(page_file: Path) -> list[dict[str, Any]]:
    """The raw rows of the page's report, from its CSV file; each under its client's newest name."""
    text = (page_file.parent / "api_usage.csv").read_bytes().decode()
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


def expected(rows: list[dict[str, Any]], choice: list[tuple[str, str]]) -> dict[str, list[tuple[Any, ...]]]:
    """The records of every filtered CSV file: shares of all requests, and beside them those of the filtered ones."""
    total = sum(row["requests"] for row in rows)
    present = [day for day in plain_count._days(START, END) if day != MISSING]
    kept = chosen_rows(rows, choice)
    files = plain_count.expected_files(kept, START, END, present=present)
    days = {value for facet, value in choice if facet == "days"}
    per_day = files["requests_per_day.csv"]
    files["requests_per_day.csv"] = [per_day[0], *(record for record in per_day[1:] if not days or record[0] in days)]
    for name in SHARED:
        header, *records = files[f"{name}.csv"]
        of_all = header.index("requests")
        files[f"{name}.csv"] = [
            (*header, "filtered_share"),
            *((*r[:-1], int(r[of_all]) / total, r[-1]) for r in records),
        ]
    del files["api_usage.csv"]
    return files


def as_read(text: str) -> list[tuple[Any, ...]]:
    """The records of a CSV file; the columns of shares as numbers."""
    header, *records = csv.reader(io.StringIO(text, newline=""))
    shares = [n for n, name in enumerate(header) if name.endswith("share")]
    return [
        tuple(header),
        *(tuple((float(v) if v else None) if n in shares else v for n, v in enumerate(r)) for r in records),
    ]


def shown_tables(page: Any) -> dict[str, list[list[str]]]:
    """What stands in the tables, all rows shown."""
    return page.evaluate("""() => Object.fromEntries([...document.querySelectorAll('figure.panel')].map(figure => {
        const all = [...figure.querySelectorAll('.tools button')].find(button => button.textContent.startsWith('Show all'));
        if (all && !all.hidden) all.click();
        return [figure.id, [...figure.querySelectorAll('tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))];
    }))""")


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
    return {"0.0": "<0.1", "100.0": ">99.9"}.get(text, text) + " %"


@pytest.mark.parametrize("seed", range(5))
def test_random_choices_show_what_plain_python_counts(
    page_file: Path,
    opened: Callable[..., Any],
    csv_files: Callable[[Any], dict[str, str]],
    rows: list[dict[str, Any]],
    seed: int,
) -> None:
    """Tables as shown, their CSV files, the totals, the counts of the sections and the graph, under random choices."""
    dice = random.Random(seed)
    watch = opened(page_file)
    page = watch.page
    total, clients = sum(row["requests"] for row in rows), len({row["client_id"] for row in rows})
    for _ in range(STATES // 5):
        choice = random_choice(rows, dice)
        page.evaluate(
            "fragment => { location.hash = fragment; return new Promise(done => setTimeout(done)); }", urlencode(choice)
        )
        wanted, kept = expected(rows, choice), chosen_rows(rows, choice)
        requests, asking = sum(row["requests"] for row in kept), len({row["client_id"] for row in kept})

        assert {name.replace(".filtered", ""): as_read(text) for name, text in csv_files(page).items()} == wanted, (
            choice
        )
        for name, table in shown_tables(page).items():
            header, *records = wanted[f"{name}.csv"]
            assert table == [as_shown(record, header) for record in records], (choice, name)
        assert page.inner_text(".told").endswith(
            f": {requests:,} of {total:,} requests, {asking:,} of {clients:,} OAuth clients."
        )
        assert (
            page.inner_text("#counts-1 .counts")
            == f"Requests {requests:,} of {total:,} · OAuth clients {asking} of {clients} · filtered"
        )
        assert (
            graph(page)
            == {
                record[0]: record[1:3] if record[-1] == "True" else None
                for record in wanted["requests_per_day.csv"][1:]
            }
            or not requests
        )
    assert watch.wrongs() == []


def graph(page: Any) -> dict[str, tuple[str, str] | None]:
    """What the columns of the graph say: requests and, of them, successful ones by date; None for a missing day."""
    found = {}
    for title in page.evaluate(
        "[...document.querySelectorAll('#requests_per_day svg title')].map(title => title.textContent)"
    ):
        day, told = title.split(": ")
        counts = [int(count.replace(",", "")) for count in re.findall(r"\d[\d,]*", told)]
        found[day] = (str(counts[0]), str(counts[0] - counts[1])) if counts else None
    return found


def test_all_of_everything_is_the_published_report(
    page_file: Path, opened: Callable[..., Any], rows: list[dict[str, Any]]
) -> None:
    """Where all clients are chosen, every picture is told in the very words that were published."""
    page = opened(page_file).page
    published = page.evaluate(
        "[...document.querySelectorAll('svg[role=img]')].map(svg => svg.getAttribute('aria-label'))"
    )
    page.evaluate("fragment => { location.hash = fragment; return new Promise(done => setTimeout(done)); }",
                  urlencode([("clients", client) for client in sorted({row["client_id"] for row in rows})]))  # fmt: skip
    filtered = page.evaluate(
        "[...document.querySelectorAll('svg[role=img]')].map(svg => svg.getAttribute('aria-label'))"
    )

    assert [text.replace("Of all filtered requests", "Of all requests") for text in filtered] == published
    assert len(published) == 9


def test_reset_brings_the_published_page_back(
    page_file: Path, opened: Callable[..., Any], csv_files: Callable[[Any], dict[str, str]]
) -> None:
    """After clicks on clients, URLs, statuses and days, Reset restores every word, figure and file, and the address."""
    watch = opened(page_file)
    page = watch.page

    def state() -> tuple[str, dict[str, str]]:
        return page.inner_html("main"), csv_files(page)

    page.evaluate("document.querySelectorAll('details:not(.facet)').forEach(part => part.open = true)")
    before = state()
    page.locator("#client_requests td button").nth(1).click()
    page.locator("#url_requests td button").nth(0).click()
    page.locator("#status_codes td button").nth(0).click()
    page.locator("#requests_per_day g.choice").nth(1).click()
    filtered = page.inner_text("main")
    page.locator("button.reset").click()

    assert "Filtered by" in filtered
    assert filtered.count("filtered") > 12
    assert page.locator("button.reset").is_hidden()
    assert state() == before
    assert page.url.rstrip("#") == page_file.as_uri()
    assert watch.wrongs() == []


def test_the_address_keeps_the_choice(
    page_file: Path, opened: Callable[..., Any], csv_files: Callable[[Any], dict[str, str]]
) -> None:
    """What was chosen by keyboard and mouse stands in the address; opened elsewhere it shows the same; back undoes."""
    page = opened(page_file).page
    page.locator(".facet summary").nth(1).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("crm")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.locator("#status_codes g.choice").nth(3).click()
    other = opened(page_file, "#" + page.url.split("#")[1]).page

    assert "OAuth client CRM sync, status 429 too many requests" in page.inner_text(".told")
    assert other.inner_text("main") == page.inner_text("main")
    assert csv_files(other) == csv_files(page)
    page.go_back()
    assert "Filtered by OAuth client CRM sync:" in page.inner_text(".told")


def test_what_a_report_does_not_know_is_told(page_file: Path, opened: Callable[..., Any]) -> None:
    """Names of another report in the address choose nothing here, and their number is told; other fragments do nothing."""
    page = opened(page_file, "#clients=gone&clients=away&methods=GET&nonsense=1").page
    plain = opened(page_file, "#top_clients").page

    assert "2 of the names in the address are not in this report" in page.inner_text(".told")
    assert page.inner_text(".told").startswith("Filtered by method GET")
    assert plain.inner_text(".told").startswith("Nothing is filtered")


def test_a_day_without_requests_of_the_choice_is_told(page_file: Path, opened: Callable[..., Any]) -> None:
    """Where nothing fits the choice, every panel says so, and nothing fails."""
    watch = opened(page_file, f"#days={MISSING}")

    assert watch.page.locator("p.nothing").count() == 8
    assert "0 of " in watch.page.inner_text(".told")
    assert "missing" in watch.page.locator("#requests_per_day svg").text_content()
    assert watch.wrongs() == []


def test_without_javascript_the_page_is_as_published(page_file: Path, opened: Callable[..., Any]) -> None:
    """Nine pictures, all rows of their tables, and no tool that does nothing."""
    page = opened(page_file, java_script_enabled=False).page
    records = {path.stem: path.read_bytes().count(b"\r\n") - 1 for path in page_file.parent.glob("*.csv")}

    assert page.locator("figure img").count() == 9
    assert page.locator("button, input").count() == 0
    for figure in page.locator("figure").all():
        assert figure.locator("tbody tr").count() == records[figure.get_attribute("id")]
