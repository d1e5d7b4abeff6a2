"""Labels: numbers as people read them, names cut with care and told apart."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from apiusage_helpers.text import (
    client_labels,
    cut,
    day_label,
    human,
    listed,
    percent,
    signed_percent,
    url_label,
    visible,
    width,
)


@given(st.text(), st.integers(5, 60))
def test_a_cut_text_fits(text: str, cells: int) -> None:
    """Whatever the script, a cut text is no wider than asked."""
    assert width(cut(text, cells)) <= cells


@given(st.lists(st.text(max_size=40), max_size=12), st.integers(20, 40))
def test_no_two_labels_are_alike(names: list[str], cells: int) -> None:
    """Clients of one name, of names that are alike once cut, and without a name all get a label of their own."""
    labels = client_labels([(f"{n:08x}-0000", name) for n, name in enumerate(names)], cells)

    assert len(set(labels)) == len(names)


def test_equal_names_bear_the_start_of_their_ids() -> None:
    """Two clients called the same are told apart by their ids."""
    labels = client_labels([("7de3af06-c0b3", "Client Creds"), ("a81c22f0-1111", "Client Creds")], 30)

    assert labels == ["Client Creds (7de3af06)", "Client Creds (a81c22f0)"]


@pytest.mark.parametrize(
    ("clients", "labels"),
    [
        ([("x1", "A"), ("x2", "A"), ("x3", "A (x1)")], ["A (x1)", "A (x2)", "A (x1) (x3)"]),
        (
            [("7de3af06-c0b3", "A"), ("a81c22f0-1111", "A"), ("c", "A (7de3af06)")],
            ["A (7de3af06-c0b3)", "A (a81c22f0)", "A (7de3af06) (c)"],
        ),
        ([("a\u200b", "A"), ("a\ufeff", "A")], ["A (a\ufffd, 1)", "A (a\ufffd, 2)"]),
    ],
)
def test_a_name_that_looks_like_the_label_of_another_is_told_apart(
    clients: list[tuple[str, str]], labels: list[str]
) -> None:
    """By more of the id, and at last by the client's place."""
    assert client_labels(clients, 30) == labels


@given(st.lists(st.tuples(st.text("a1\u200b\ufeff() ,", max_size=12), st.text("A1() ,", max_size=6)), max_size=8))
def test_no_two_labels_of_any_ids_are_alike(clients: list[tuple[str, str]]) -> None:
    """Whatever ids and names look like, each client gets a label of its own."""
    assert len(set(client_labels(clients, 20))) == len(clients)


def test_a_client_without_name_goes_by_its_id() -> None:
    """An empty name leaves the id."""
    assert client_labels([("7de3af06", "")], 30) == ["7de3af06"]


@pytest.mark.parametrize("sign", ["\x00", "\n", "\r", "\x1b", "\u202e", "\u200b", "\ud800", "\uffff"])
def test_signs_that_would_break_a_picture_are_made_visible(sign: str) -> None:
    """Controls, direction marks and lone surrogates never reach SVG or HTML as they are."""
    assert sign not in visible(f"a{sign}b")
    assert len(visible(f"a{sign}b")) == 3


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.00001, "<0.1 %"), (0.99999, ">99.9 %"), (0.5, "50.0 %"), (1.0, "100 %"), (31_000 / 30_990, ">100 %"),
        (1.0006, "100.1 %"),
    ],
)  # fmt: skip
def test_a_share_is_never_rounded_to_a_false_end(share: float, text: str) -> None:
    """0 % and 100 % are said only of exactly none and exactly all."""
    assert percent(share) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.2, "+20.0 %"), (-0.125, "−12.5 %"), (0.0004, "+<0.1 %"), (-0.0004, "−<0.1 %"), (0, "0 %"), (1, "+100 %")],
)
def test_a_change_has_its_sign_and_is_never_rounded_to_none(share: float, text: str) -> None:
    """0 % is said only where nothing changed, and without a sign."""
    assert signed_percent(share) == text


@pytest.mark.parametrize(("count", "text"), [(999, "999"), (1_234, "1.2k"), (999_999, "1.0M"), (1e9, "1.0G")])
def test_counts_are_short(count: float, text: str) -> None:
    """A label's count has at most one decimal and a unit."""
    assert human(count) == text


def test_a_day_bears_the_date_that_the_platform_shows() -> None:
    """West of UTC the label is the day before."""
    assert day_label(date(2026, 11, 1), ZoneInfo("America/New_York")) == "31 Oct\nUTC 1 Nov"
    assert day_label(date(2026, 11, 1), ZoneInfo("Pacific/Auckland")) == "1 Nov\nUTC 1 Nov"


def test_long_lists_are_counted() -> None:
    """More than three names end in a count."""
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_a_long_method_leaves_room_for_the_template_uri() -> None:
    """What is called a method may be any text: it is cut, made visible, and never takes all the room."""
    assert url_label("<script>alert(1)</script>" * 9, "api/v2/users", 56).endswith(" api/v2/users")
    assert url_label("G\tET", "u", 56) == "G␉ET u"
    assert cut("abc", 0) == "…"
