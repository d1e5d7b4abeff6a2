"""Rankings: order, ties, the row of the rest."""

import pandas as pd

from apiusage_helpers.tables.rankings import CLIENT, URL, ranking

COUNTS = ("requests", "successful", "failed")


def requests(*rows: tuple[str, str, str, str, int]) -> pd.DataFrame:
    """Rows of client_id, client_name, http_method, template_uri and requests, all of them successful."""
    names = ["client_id", "client_name", "http_method", "template_uri", "requests"]
    table = pd.DataFrame(rows, columns=names)
    nothing = ("redirected", "client_errors", "throttled", "server_errors", "failed")
    return table.assign(succeeded=table["requests"], successful=table["requests"], **dict.fromkeys(nothing, 0))


def top_clients(rows: pd.DataFrame, top: int) -> pd.DataFrame:
    return ranking(rows, CLIENT, COUNTS, int(rows["requests"].sum()), top=top)


def test_clients_stand_by_requests_then_name_then_id() -> None:
    """Equal counts are ordered by name, equal names by id."""
    table = top_clients(
        requests(
            ("c", "B", "GET", "u", 5), ("b", "A", "GET", "u", 5), ("a", "A", "GET", "u", 5), ("d", "Z", "GET", "u", 9)
        ),
        top=5,
    )

    assert list(table["client_id"]) == ["d", "a", "b", "c"]
    assert list(table["rank"]) == [1, 2, 3, 4]


def test_clients_of_one_name_stay_apart() -> None:
    """Clients are grouped by id, never by name."""
    table = top_clients(requests(("a", "Sync", "GET", "u", 5), ("b", "Sync", "GET", "u", 4)), top=5)

    assert list(table["requests"]) == [5, 4]


def test_the_rest_is_one_last_row() -> None:
    """What a top n does not name stands in Other, without rank and id, even when it is the largest."""
    table = top_clients(
        requests(("a", "A", "GET", "u", 5), ("b", "B", "GET", "u", 4), ("c", "C", "GET", "u", 3)), top=1
    )

    other = table.iloc[-1]
    assert (other["client_id"], other["client_name"], other["requests"]) == ("", "Other", 7)
    assert pd.isna(other["rank"])
    assert list(table["share"]) == [5 / 12, 7 / 12]


def test_no_other_where_nothing_is_left() -> None:
    """A top n that names all has no row of the rest."""
    table = ranking(requests(("a", "A", "GET", "u", 5), ("a", "A", "POST", "u", 5)), URL, COUNTS, 10, top=2)

    assert list(table["template_uri"]) == ["u", "u"]


def test_urls_stand_by_template_uri_then_method() -> None:
    """Equal counts of URLs are ordered by template URI, then method."""
    rows = requests(("a", "A", "POST", "b", 5), ("a", "A", "GET", "b", 5), ("a", "A", "PUT", "a", 5))

    for top in (5, None):
        assert list(ranking(rows, URL, COUNTS, 15, top=top)["http_method"]) == ["PUT", "GET", "POST"]


def test_client_urls_hold_each_pair() -> None:
    """One row per client and URL, the most requests first."""
    rows = requests(("a", "A", "GET", "u", 1), ("b", "B", "GET", "u", 3), ("a", "A", "GET", "v", 2))

    table = ranking(rows, CLIENT + URL, COUNTS, 6)

    assert list(zip(*(table[name] for name in ("client_id", "template_uri")), strict=True)) == [
        ("b", "u"), ("a", "v"), ("a", "u"),
    ]  # fmt: skip
