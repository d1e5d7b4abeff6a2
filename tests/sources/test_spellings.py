"""URLs that are written in several ways are told, and counted as they came."""

from datetime import date

import pytest

from apiusage_helpers.sources.spellings import told_spellings
from apiusage_helpers.usage import usage_table


def _told(*urls: tuple[str, str]) -> list[str]:
    rows = [
        (date(2026, 10, 5), "a", "A", method, uri, number, number, 0, 0, 0, 0)
        for number, (method, uri) in enumerate(urls, 1)
    ]
    return list(told_spellings(usage_table(rows)))


@pytest.mark.parametrize(
    "other",
    [
        ("get", "api/v2/users"), ("GET", "api/v2/users/"), ("GET", "https://api.mypurecloud.com/api/v2/users"),
        ("GET", "api/v2/Users"),
    ],
)  # fmt: skip
def test_two_spellings_are_told_with_both(other: tuple[str, str]) -> None:
    """As they came, in one sentence."""
    [told] = _told(("GET", "api/v2/users"), other)

    assert "GET api/v2/users" in told
    assert " ".join(other) in told
    assert "likely the same URL" in told


def test_other_urls_are_not_told() -> None:
    """Another method, another path, a part more."""
    assert (
        _told(("GET", "api/v2/users"), ("POST", "api/v2/users"), ("GET", "api/v2/users/me"), ("GET", "api/v2/user"))
        == []
    )


def test_many_are_counted() -> None:
    """Three are named."""
    urls = [(method, f"api/v2/{number}") for number in range(5) for method in ("GET", "get")]
    *named, rest = _told(*urls)

    assert len(named) == 3
    assert rest == "2 more URLs are written in several ways"


def test_an_import_tells_it(apiusage, result_file, legacy_row) -> None:
    """Among the other notes, and both are stored."""
    rows = [legacy_row(httpMethod="get"), legacy_row()]
    done = apiusage("import", result_file(*rows), "--organization", "acme")

    assert done.returncode == 0, done.stderr
    assert "are likely the same URL, written in 2 ways: they are counted apart, as delivered" in done.stderr
