"""Usage rows: the schema, what adds up, names of organizations."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from apiusage_helpers.errors import ParameterError, UsageError
from apiusage_helpers.usage import KEY, adds_up, check_usage, organization_name, unique_keys, usage_table

DAY = date(2026, 11, 1)


def row(
    *, client: str = "a", method: str = "GET", requests: int = 10, counts: tuple[int, ...] = (6, 0, 4, 1, 0)
) -> tuple[object, ...]:
    return (DAY, client, "A", method, "u", requests, *counts)


@pytest.mark.parametrize(
    ("counts", "even"),
    [((6, 0, 4, 1, 0), True), ((6, 0, 3, 1, 0), False), ((6, 0, 4, 5, 0), False), ((5, 1, 3, 0, 1), True)],
)
def test_a_row_adds_up_with_429_inside_400(counts: tuple[int, ...], even: bool) -> None:
    """requests = 200 + 300 + 400 + 500, and 429 is at most 400."""
    assert adds_up(usage_table([row(counts=counts)])).to_pylist() == [even]


def test_a_key_stands_once() -> None:
    """Two rows of one date, client, method and template URI are refused; another method is another key."""
    check_usage(usage_table([row(), row(method="PUT")]))
    with pytest.raises(UsageError, match="client_id=a"):
        usage_table([row(), row(requests=11)])


def test_counts_below_0_are_refused() -> None:
    """The column and the key are named."""
    with pytest.raises(UsageError, match="status500 is below 0"):
        usage_table([row(counts=(6, 0, 4, 1, -1))])


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["GET", "PUT"])), max_size=5))
def test_unique_keys_are_what_a_set_says(keys: list[tuple[str, str]]) -> None:
    """Numbers a row find the same repeats as the texts themselves."""
    import pyarrow as pa

    rows = pa.table(
        {
            "client_id": pa.array([c for c, _ in keys], pa.string()),
            "http_method": pa.array([m for _, m in keys], pa.string()),
        }
    )

    assert unique_keys(rows, ("client_id", "http_method")) == (len(set(keys)) == len(keys))
    assert "client_id" in KEY


@pytest.mark.parametrize("name", ["all", "", "A", "-a", "a/b", "..", "a" * 65, "a b"])
def test_what_cannot_name_an_organization_is_refused(name: str) -> None:
    """A name becomes a folder; `all` means every one of them."""
    with pytest.raises(ParameterError):
        organization_name(name)


@pytest.mark.parametrize(("rows", "refused"), [(1, False), (2, True), (1_025, True), (2_049, True)])
def test_a_day_that_cannot_be_counted_exactly_is_refused(rows: int, refused: bool) -> None:
    """One row of 2^53 requests is the most of a day; more of them are refused, however the sum would wrap around."""
    most = 2**53
    table = [(date(2026, 11, 1), f"c{n}", "", "GET", "api/v2/users", most, most, 0, 0, 0, 0) for n in range(rows)]

    if not refused:
        assert usage_table(table).num_rows == rows
        return
    with pytest.raises(UsageError, match="2026-11-01 add up to"):
        usage_table(table)
