"""The guard against formulas."""

from hypothesis import given, strategies as st

from apiusage_helpers.project.formula_guard import guarded, unguarded

SIGNS = "=+-@\t\r\n\x00|%＝＋－＠'"


@given(st.one_of(st.text(), st.text(alphabet=SIGNS + "ab", max_size=6)))
def test_the_guard_is_taken_off_again(text: str) -> None:
    """Whatever the text, it comes back; guarded text never starts with a sign that a spreadsheet runs."""
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(tuple(SIGNS[:-1]))


@given(st.text(alphabet="abc 'é", max_size=8))
def test_harmless_text_stays_as_it_is(text: str) -> None:
    """A quote alone is no guard."""
    assert guarded(text) == text == unguarded(text)
