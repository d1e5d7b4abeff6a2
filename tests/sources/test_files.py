"""Result files: what is read, what is told, and what is refused with file and place."""

import gzip
import itertools
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from apiusage_helpers.errors import ApiUsageError, ParameterError, SourceError, UsageError
from apiusage_helpers.interval import parse_interval
from apiusage_helpers.sources import row_columns
from apiusage_helpers.sources.csv_exports import Written
from apiusage_helpers.sources.files import ImportedUsage, read_usage

TODAY = date(2026, 11, 24)
HEADER = (
    "date,client_id,client_name,http_method,template_uri,requests,status200,status300,status400,status429,status500"
)
LINE = "2026-10-05,a,CRM sync,GET,api/v2/users,10,6,0,4,1,0"


@pytest.fixture
def write(tmp_path: Path):
    """A file with the given content: bytes, text, or what JSON makes of it."""
    numbers = itertools.count()

    def written(content: Any, suffix: str = "json") -> Path:
        path = tmp_path / f"file{next(numbers)}.{suffix}"
        data = (
            content
            if isinstance(content, bytes)
            else (content if isinstance(content, str) else json.dumps(content)).encode()
        )
        path.write_bytes(data)
        return path

    return written


def read(*paths: Path, **options: Any) -> ImportedUsage:
    return read_usage(paths, today=TODAY, **options)


def page(*rows: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {"results": list(rows), "queryStatus": "Complete"} | other


def only(imported: ImportedUsage) -> dict[str, Any]:
    (row,) = imported.usage.to_pylist()
    return row


def test_both_services_give_the_same_row(write, legacy_row, jobs_row) -> None:
    """Field names differ, the usage row does not; a leading slash is dropped."""
    legacy = read(write(page(legacy_row())))
    jobs = read(write({"entities": [jobs_row()], "queryStatus": "Succeeded"}))

    assert only(legacy) == only(jobs)
    assert (legacy.source, jobs.source) == ("usage/query", "usage/aggregates/query/jobs")


def test_every_shape_of_json_is_read(write, legacy_row) -> None:
    """One page, a list of pages, JSON Lines of pages, and .gz of any."""
    second = legacy_row(date="2026-10-06T00:00:00Z")
    pages = [page(legacy_row()), page(second)]
    lines = "\n".join(json.dumps(part) for part in pages)
    files = [page(legacy_row(), second), pages, lines, gzip.compress(lines.encode())]

    tables = [read(write(content)).usage.sort_by("date") for content in files]

    assert all(table.equals(tables[0]) for table in tables)
    assert tables[0].num_rows == 2


def test_rows_without_a_result_around_them_need_the_days_of_the_query(write, legacy_row, jobs_row) -> None:
    """A list of rows or rows one a line, .gz too: without --interval refused, with it read as a page is."""
    days = parse_interval("2026-10-05/2026-10-06")
    for row, other in ((legacy_row(), legacy_row(date="2026-10-06")), (jobs_row(), jobs_row(date="2026-10-06"))):
        whole = {"entities" if "oauthClient" in row else "results": [row, other]}
        lines = "\n".join(map(json.dumps, (row, other)))
        for content in ([row, other], lines, gzip.compress(lines.encode())):
            with pytest.raises(
                UsageError, match="do not tell which days the query covered: say so with --interval START/END"
            ):
                read(write(content))
            assert read(write(content), interval=days).usage.equals(read(write(whole)).usage)


def test_whole_floats_are_whole_numbers(write, legacy_row, jobs_row) -> None:
    """As pandas writes counts; names keep theirs, and a half is no count."""
    name = 'v2.0, "status200": 7.0, "requests": 1.0'
    plain, jobs = legacy_row(clientName=name), jobs_row()

    def floats(row: dict[str, Any]) -> dict[str, Any]:
        return {key: float(value) if isinstance(value, int) else value for key, value in row.items()}

    for content, whole in (
        (page(floats(plain)), page(plain)),
        (json.dumps([floats(plain)], indent=1), json.dumps([plain])),
        ({"entities": [floats(jobs)], "queryStatus": "Succeeded"}, {"entities": [jobs], "queryStatus": "Succeeded"}),
    ):
        assert ".0" in str(content)
        usage = [read(write(one), interval=parse_interval("2026-10-05/2026-10-05")).usage for one in (content, whole)]
        assert usage[0].equals(usage[1])
    assert only(read(write(page(floats(plain)))))["client_name"] == name
    with pytest.raises(SourceError, match="counts are whole numbers"):
        read(write(page(legacy_row(requests=2.5))))


def test_pages_of_one_result_may_come_in_any_order(write, legacy_row) -> None:
    """All FILEs of one import are one result; their order does not matter."""
    one = write(page(legacy_row(), nextUri="/api/v2/x?after=1"))
    two = write(page(legacy_row(templateUri="api/v2/queues"), selfUri="/api/v2/x?after=1"))

    assert read(one, two).usage.sort_by("template_uri").equals(read(two, one).usage.sort_by("template_uri"))


def test_a_client_without_id_goes_by_its_name(write, legacy_row) -> None:
    """Its id is name:<client_name>."""
    assert only(read(write(page(legacy_row(clientId=None)))))["client_id"] == "name:CRM sync"


def test_dropped_dimensions_are_summed(write, legacy_row) -> None:
    """Rows that differ only in the user are one row."""
    imported = read(write(page(legacy_row(userId="u1"), legacy_row(userId="u2"))))

    assert only(imported)["requests"] == 20


def test_rows_equal_in_every_field_count_once_and_are_told(write, legacy_row) -> None:
    """A page that was saved twice doubles nothing."""
    imported = read(write(page(legacy_row())), write(page(legacy_row())))

    assert only(imported)["requests"] == 10
    assert any("counts once" in note for note in imported.notes)


def test_rows_that_contradict_each_other_are_refused_with_both_places(write, legacy_row) -> None:
    """One key with other figures: both files and rows are named."""
    first, second = write(page(legacy_row())), write(page(legacy_row(status200=7, requests=11)))

    with pytest.raises(UsageError) as fault:
        read(first, second)
    assert f"{first}: results[0]" in str(fault.value)
    assert f"{second}: results[0]" in str(fault.value)


def test_rows_of_0_requests_are_dropped_and_told(write, legacy_row) -> None:
    """A row without requests is no row."""
    nothing = legacy_row(templateUri="x", requests=0, status200=0, status400=0, status429=0)
    imported = read(write(page(legacy_row(), nothing)))

    assert imported.usage.num_rows == 1
    assert any("0 requests" in note for note in imported.notes)


def test_unknown_fields_are_named_once(write, legacy_row) -> None:
    """A field that no row is known to have is ignored, and told."""
    notes = read(write(page(legacy_row(shoeSize=1), legacy_row(shoeSize=2, templateUri="x")))).notes

    assert [note for note in notes if "shoeSize" in note] == [note for note in notes if "ignored" in note]


def test_429_beside_400_is_added_in_a_jobs_result_and_told(write, jobs_row) -> None:
    """Where every row adds up only so, 429 goes into 400."""
    imported = read(write({"entities": [jobs_row(status400=3)], "queryStatus": "Succeeded"}))

    assert only(imported)["status400"] == 4
    assert any("added to 400" in note for note in imported.notes)


def test_429_beside_400_is_refused_in_a_legacy_result(write, legacy_row) -> None:
    """The legacy service counts 429 inside 400; a row that does not add up is named with its figures."""
    with pytest.raises(UsageError, match=r"results\[0\].*status400 3.*do not add up"):
        read(write(page(legacy_row(status400=3))))


def test_requests_that_are_not_in_the_result_are_the_sum_of_its_statuses(write, legacy_row) -> None:
    """simplesearch delivers no requests; they are computed, and told."""
    row = legacy_row()
    del row["requests"]
    imported = read(write(page(row)))

    assert only(imported)["requests"] == 10
    assert any("sum of its statuses" in note for note in imported.notes)


def test_days_are_those_of_the_interval_or_from_first_to_last(write, legacy_row) -> None:
    """Empty days among them are named as days without traffic."""
    file = write(page(legacy_row(), legacy_row(date="2026-10-08T00:00:00Z")))

    assert len(read(file).days) == 4
    assert len(read(file, interval=parse_interval("2026-10-01/2026-10-31")).days) == 31
    assert any("2026-10-06, 2026-10-07" in note for note in read(file).notes)


@pytest.mark.parametrize("dates", [("2026-10-05", "2026-10-12"), ("2026-09-01", "2026-10-01")])
def test_weekly_and_monthly_results_are_refused(write, legacy_row, dates) -> None:
    """Dates that are all Mondays or all firsts may be buckets, unless the user says that they are days."""
    file = write(page(*(legacy_row(date=f"{day}T00:00:00Z") for day in dates)))

    with pytest.raises(UsageError, match="--granularity day"):
        read(file)
    assert read(file, granularity="day").usage.num_rows == 2


def test_a_complete_result_without_rows_needs_its_interval(write) -> None:
    """Without rows only the interval tells which days are empty."""
    for empty in (
        page(),
        {"queryStatus": "Complete"},
        {"entities": [], "queryStatus": "Succeeded"},
        {"queryStatus": "Succeeded"},
    ):
        with pytest.raises(UsageError, match="--interval"):
            read(write(empty))
    assert len(read(write(page()), interval=parse_interval("2026-10-01/2026-10-02")).days) == 2


BAD_JSON = {
    "torn": ('{"results": [{"clientId": "a"', "not whole JSON"),
    "negative": (page({"status200": -1}), r"results\[0\]\.status200"),
    "fractional": (page({"requests": 1.5}), r"results\[0\]\.requests"),
    "boolean": (page({"requests": True}), r"results\[0\]\.requests"),
    "huge": (page({"requests": 10**19}), r"results\[0\]\.requests"),
    "text": (page({"requests": "7"}), r"results\[0\]\.requests"),
    "other": ({"colour": "red"}, "no result of a usage query"),
    "error": (
        {"message": "No such query", "code": "not.found", "status": 404},
        r"an error answer of the service .not.found: No such query.",
    ),
    "login": ({"error": "invalid_client", "description": "client not found"}, "invalid_client: client not found"),
    "receipt": (
        {"executionId": "e-1", "resultsUri": "/api/v2/usage/query/e-1/results"},
        "the receipt of a query, not its result",
    ),
    "running": ({"queryStatus": "Running"}, "'Running'"),
    "failed": ({"queryStatus": "Failed", "errorBody": {"code": "bad"}}, "'Failed'.*bad"),
    "empty": ("", "empty"),
    "blank": (" \n ", "empty"),
    "not utf-8": (b'{"results": [{"clientName": "\xff"}]}', "not whole JSON"),
    "torn gzip": (gzip.compress(b'{"results": []}')[:-6], "gz"),
}


@pytest.mark.parametrize("kind", BAD_JSON)
def test_bad_json_is_one_message_with_its_file(write, kind) -> None:
    """The file is named, and the field or what is wrong with the whole."""
    content, message = BAD_JSON[kind]
    file = write(content)

    with pytest.raises(ApiUsageError, match=message) as fault:
        read(file)
    assert str(file) in str(fault.value)
    assert fault.value.exit_code == 3


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"date": "2026-11-24T00:00:00Z"}, r"results\[0\].*not before today"),
        ({"date": "2027-01-01"}, r"results\[0\].*not before today"),
        ({"date": "2026-10-05T01:00:00Z"}, r"results\[0\].*not a UTC day"),
        ({"date": "2026-10-05T00:00:00+02:00"}, r"results\[0\].*not a UTC day"),
        ({"date": "2026-02-30"}, r"results\[0\].*not a UTC day"),
        ({"date": ""}, r"results\[0\].*granularity Day"),
        ({"requests": 11}, r"results\[0\].*do not add up"),
        ({"status429": 5}, r"results\[0\].*do not add up"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named(write, legacy_row, other, message) -> None:
    """Dates of today or later, other instants, and figures that do not add up."""
    with pytest.raises(ApiUsageError, match=message):
        read(write(page(legacy_row(**other))))


@pytest.mark.parametrize("name", ["httpMethod", "requests", "status429"])
def test_what_only_some_rows_have_is_absent_in_the_others(write, legacy_row, name) -> None:
    """Not empty and not 0: the row is named; a field that is there and empty stays as it is."""
    less = {field: value for field, value in legacy_row(templateUri="api/v2/queues").items() if field != name}
    with pytest.raises(SourceError, match=rf"results\[1\]: there is no {name}, and other rows have it"):
        read(write(page(legacy_row(), less)))


def test_a_sum_of_statuses_needs_each_of_them(write, legacy_row) -> None:
    """A query whose metrics lack one tells fewer requests than there were."""
    less = {field: value for field, value in legacy_row().items() if field not in {"requests", "status300"}}
    with pytest.raises(SourceError, match="there is no status300, and the requests are the sum of the statuses"):
        read(write(page(less)))


def test_a_result_without_429_says_so(write, legacy_row) -> None:
    """Its requests are known, how many were throttled is not."""
    less = {field: value for field, value in legacy_row().items() if field != "status429"}

    assert any("how many requests were throttled is not known" in note for note in read(write(page(less))).notes)


@pytest.mark.parametrize("shape", ["page", "pages", "list"])
def test_a_fault_far_down_has_its_place_in_the_file(write, legacy_row, monkeypatch: pytest.MonkeyPatch, shape) -> None:
    """Rows are decoded some at a time; the place of one that is wrong is that in the whole file."""
    monkeypatch.setattr(row_columns, "PIECE", 200)
    rows = [legacy_row(templateUri=f"api/v2/{n}") for n in range(5)]
    wrong = [*rows, legacy_row(requests="many"), *rows]
    contents = {"page": page(*wrong), "pages": [page(*rows), page(*wrong)], "list": wrong}
    places = {"page": "`results[5].requests`", "pages": "`[1].results[5].requests`", "list": "`[5].requests`"}

    with pytest.raises(SourceError) as caught:
        read(write(contents[shape]))

    assert f"Expected `int | null`, got `str` at {places[shape]}" in str(caught.value)


def test_rows_mean_the_same_however_many_are_decoded_at_a_time(
    write, legacy_row, jobs_row, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures and notes, also where nobody has 429, the first of each few lacks its requests, or a later row its method."""
    legacy = [legacy_row(templateUri=f"api/v2/{n}", requests=n + 6, status200=n + 2) for n in range(7)]
    without_429 = [{name: value for name, value in row.items() if name != "status429"} for row in legacy]
    summed = [{name: value for name, value in row.items() if name != "requests"} for row in legacy]
    files = [
        *(write(content) for content in (page(*legacy), page(*without_429), page(*summed), without_429)),
        write({"entities": [jobs_row(templateUri=f"api/v2/{n}") for n in range(7)], "queryStatus": "Succeeded"}),
    ]
    day = parse_interval("2026-10-05/2026-10-05")
    lacking = [write(page(*legacy[:n], summed[n], *legacy[n + 1 :])) for n in (0, 1, 6)]

    def told() -> list[Any]:
        found = [(made.usage, made.notes) for made in (read(file, interval=day) for file in files)]
        refused = []
        for file in lacking:
            with pytest.raises(SourceError) as caught:
                read(file)
            refused.append(str(caught.value))
        return [found, refused]

    whole = told()
    for size in (1, 2, 3):
        monkeypatch.setattr(row_columns, "PIECE", 200 * size)
        assert told() == whole
    assert [f"results[{n}]: there is no requests, and other rows have it" in text for n, text in zip((0, 1, 6), whole[1], strict=True)] == [True] * 3  # fmt: skip


def test_a_row_outside_the_interval_is_named(write, legacy_row) -> None:
    """--interval says what the query covered."""
    with pytest.raises(UsageError, match=r"results\[0\].*outside --interval"):
        read(write(page(legacy_row())), interval=parse_interval("2026-10-06/2026-10-07"))


@pytest.mark.parametrize("left", [{"nextUri": "/x"}, {"cursors": {"after": "abc"}}])
def test_a_result_whose_last_page_is_not_there_is_refused(write, legacy_row, left) -> None:
    """A nextUri or cursor that is left over means that a page is missing."""
    with pytest.raises(UsageError, match="further page"):
        read(write(page(legacy_row(), **left)))


def test_sources_are_not_mixed(write, legacy_row, jobs_row) -> None:
    """Files of two services are no single result."""
    with pytest.raises(UsageError, match="mix"):
        read(write(page(legacy_row())), write({"entities": [jobs_row()], "queryStatus": "Succeeded"}))


def test_folders_and_missing_files_are_named(tmp_path: Path) -> None:
    """What is no file is said."""
    with pytest.raises(SourceError, match="is a folder"):
        read(tmp_path)
    with pytest.raises(SourceError, match="no such file"):
        read(tmp_path / "nothing.json")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_of_every_kind_is_read(write, separator, encoding) -> None:
    """Separators, byte order mark and UTF-16 make no difference."""
    text = f"{HEADER}\r\n{LINE}\r\n".replace(",", separator)

    assert only(read(write(text.encode(encoding), "csv")))["requests"] == 10


def test_headers_are_matched_by_their_meaning_and_told(write) -> None:
    """Other spellings are taken, what matched what is told, and what is ignored is named."""
    header = "Day;OAuth Client;URL;Request Count;200;300;400;429;500;Colour"
    imported = read(write(f"{header}\n2026-10-05;CRM sync;api/v2/users;10;6;0;4;1;0;red\n", "csv"))

    assert only(imported)["client_id"] == "name:CRM sync"
    assert any("Day = date" in note and "URL = template_uri" in note for note in imported.notes)
    assert any("'Colour'" in note for note in imported.notes)


def test_without_a_method_column_rows_of_one_key_are_summed_and_told(write) -> None:
    """What a method would tell apart is one row, equal figures or not."""
    header = HEADER.replace(",http_method", "")
    line = LINE.replace(",GET", "")
    imported = read(write(f"{header}\n{line}\n{line}\n", "csv"))

    assert only(imported)["requests"] == 20
    assert any("http_method" in note and "added up" in note for note in imported.notes)


def test_guarded_text_comes_back_as_it_was(write) -> None:
    """One quote before text that a spreadsheet would run is taken off, others stay."""
    line = LINE.replace("CRM sync", "'=1+1").replace(",a,", ",'quoted',")
    row = only(read(write(f"{HEADER}\n{line}\n", "csv")))

    assert (row["client_name"], row["client_id"]) == ("=1+1", "'quoted'")


BAD_CSV = {
    "html": ("<!DOCTYPE html><html>", "HTML"),
    "no requests": (HEADER.replace("requests,", "") + "\n" + LINE, "line 1.*requests"),
    "no client": (HEADER.replace("client_id,client_name,", "") + "\n", "line 1.*client_id or client_name"),
    "twice": (f"{HEADER},Client Id\n{LINE},b\n", "line 1.*both mean client_id"),
    "negative": (f"{HEADER}\n{LINE.replace(',10,', ',-10,')}\n", "line 2: requests '-10'"),
    "fractional": (f"{HEADER}\n{LINE}\n{LINE.replace(',10,', ',10.5,')}\n", "line 3: requests '10.5'"),
    "separators": (f"{HEADER}\n{LINE.replace(',10,', ',1,000,')}\n", "line 2"),
    "torn": (f"{HEADER}\n{LINE[:30]}\n", "line 2: .*fields"),
    "open quote": (f'{HEADER}\n2026-10-05,"a\n', "not whole CSV"),
    "latin-1": (f"{HEADER}\n{LINE}\n".replace("CRM", "Zoë").encode("latin-1"), "line 2: byte 0xeb"),
    "american date": (f"{HEADER}\n{LINE.replace('2026-10-05', '10/05/2026')}\n", "line 2: date '10/05/2026'"),
}


@pytest.mark.parametrize("kind", BAD_CSV)
def test_bad_csv_is_one_message_with_file_and_line(write, kind) -> None:
    """The file and line are named, and the column or value."""
    content, message = BAD_CSV[kind]
    file = write(content, "csv")

    with pytest.raises(ApiUsageError, match=message) as fault:
        read(file)
    assert str(file) in str(fault.value)


def test_the_platforms_own_result_is_read_whole(real_result: Path) -> None:
    """Golden totals of the published result of February 2020."""
    usage = read(real_result).usage
    totals = {
        name: sum(usage[name].to_pylist()) for name in ("requests", "status200", "status400", "status500", "status429")
    }

    assert totals == {"requests": 1130, "status200": 1103, "status400": 22, "status500": 5, "status429": 0}
    assert usage.num_rows == 128
    assert len(set(usage["client_id"].to_pylist())) == 4


def test_names_in_contradictions_are_made_visible(result_file, legacy_row) -> None:
    """What would act on a terminal does not, although a message names a row's key."""
    rows = [legacy_row(clientId="a\x1b[31m", status200=n, requests=n + 4) for n in (6, 7)]

    with pytest.raises(UsageError) as refused:
        read_usage([result_file(*rows)], today=date(2026, 11, 24))

    assert "a␛[31m" in str(refused.value)
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize(
    ("date_text", "requests", "options"),
    [
        ("05.10.2026", "1.234", {"date_format": "%d.%m.%Y", "thousands": "."}),
        ("10/05/2026", '"1,234"', {"date_format": "%m/%d/%Y", "thousands": ","}),
        ("Mon 5 Oct 2026 00:00", "1234", {"date_format": "%a %d %b %Y %H:%M"}),
        ("2026-10-05", "1 234", {"thousands": " "}),
    ],
)
def test_a_csv_is_read_as_the_user_says_it_is_written(tmp_path, date_text, requests, options) -> None:
    """Dates by their format, counts without their separators: 1,234 requests on 5 October."""
    path = tmp_path / "export.csv"
    head = "date,client_name,template_uri,requests,status200,status300,status400,status429,status500"
    path.write_text(f"{head}\n{date_text},CRM,api/v2/users,{requests},{requests},0,0,0,0\n")

    found = read_usage([path], today=TODAY, written=Written(**options))

    assert found.usage["date"].to_pylist() == [date(2026, 10, 5)]
    assert found.usage["requests"].to_pylist() == [1234]


@pytest.mark.parametrize(
    ("date_text", "requests", "options", "word"),
    [
        ("05.10.2026", "1", {}, "other forms by --date-format"),
        ("13/05/2026", "1", {"date_format": "%m/%d/%Y"}, "is not a day by --date-format %m/%d/%Y"),
        ("05.10.2026 09:30", "1", {"date_format": "%d.%m.%Y %H:%M"}, "is not a day by"),
        ("2026-10-05", "1.234", {}, "name theirs by --thousands"),
        ("2026-10-05", "1.23", {"thousands": "."}, "is not a whole number"),
        ("2026-10-05", "12.34.567", {"thousands": "."}, "is not a whole number"),
    ],
)
def test_a_csv_is_never_guessed_at(tmp_path, date_text, requests, options, word) -> None:
    """What is not written as the user says, or is not said, is refused with the option that says it."""
    path = tmp_path / "export.csv"
    head = "date;client_name;template_uri;requests;status200;status300;status400;status429;status500"
    path.write_text(f"{head}\n{date_text};CRM;api/v2/users;{requests};{requests};0;0;0;0\n")

    with pytest.raises(SourceError, match=word):
        read_usage([path], today=TODAY, written=Written(**options))


@pytest.mark.parametrize(
    "options",
    [{"date_format": "%d.%m"}, {"date_format": "%Y"}, {"thousands": "5"}, {"thousands": ".."}, {"thousands": ""}],
)
def test_a_form_that_names_no_day_or_number_is_refused(options) -> None:
    """Before any file is read."""
    with pytest.raises(ParameterError, match=r"--date-format|--thousands"):
        Written(**options)
