"""How requests ended: the one subtraction, the statuses, success and failure."""

import pandas as pd
import pytest

from apiusage_helpers.tables.outcomes import by_outcome, by_status, with_outcomes


def statuses(**counts: int) -> pd.DataFrame:
    names = ("requests", "status200", "status300", "status400", "status429", "status500")
    return pd.DataFrame([{name: counts.get(name, 0) for name in names}])


def test_429_is_taken_out_of_400_once() -> None:
    """client_errors is 400 without 429, and throttled is 429."""
    row = with_outcomes(statuses(requests=10, status400=10, status429=4)).iloc[0]

    assert (row["client_errors"], row["throttled"], row["failed"], row["successful"]) == (6, 4, 10, 0)


def test_redirects_are_successful() -> None:
    """successful is 2xx and 3xx, failed the rest."""
    row = with_outcomes(statuses(requests=6, status200=1, status300=2, status500=3)).iloc[0]

    assert (row["successful"], row["failed"]) == (3, 3)


def test_the_input_is_untouched() -> None:
    """A new table comes out; the rows that went in keep their statuses."""
    rows = statuses(requests=1, status200=1)

    with_outcomes(rows)

    assert "status200" in rows
    assert "succeeded" not in rows


def test_status_codes_are_five_rows_in_order() -> None:
    """200, 300, 400, 429, 500, with 400 without 429 and shares of all requests."""
    table = by_status(with_outcomes(statuses(requests=10, status200=5, status400=4, status429=1, status500=1)), 10)

    assert list(table["status"]) == [200, 300, 400, 429, 500]
    assert list(table["requests"]) == [5, 0, 3, 1, 1]
    assert list(table["share"]) == [0.5, 0.0, 0.3, 0.1, 0.1]


def test_success_and_failure_are_two_rows() -> None:
    """Both outcomes stand there, also when one is 0."""
    table = by_outcome(with_outcomes(statuses(requests=4, status200=4)), 4)

    assert table.values.tolist() == [["successful", 4, 1.0], ["failed", 0, 0.0]]


@pytest.mark.parametrize("table", [by_status, by_outcome])
def test_no_requests_have_no_share(table) -> None:
    """Where there are no requests there is no share, rather than a 0."""
    assert table(with_outcomes(statuses()), 0)["share"].isna().all()
