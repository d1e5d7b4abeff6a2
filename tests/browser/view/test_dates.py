"""Where a range is picked: the days of a month tell what the store has, and can be picked by mouse and by keyboard."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from plain_view import expected_view

from apiusage_helpers.interval import utc_today
from tests.browser.view.conftest import DAYS, SCREEN, act, resize, visit

pytestmark = pytest.mark.browser


def ago(days: int) -> date:
    return utc_today() - timedelta(days=days)


@contextmanager
def visited(chromium: Any, url: str) -> Iterator[tuple[Any, Any]]:
    """The served page of a visitor whose system is dark, the days opened, and what is seen of it."""
    with visit(chromium, url, color_scheme="dark") as (page, seen):
        page.locator(".aud summary").click()
        yield page, seen


@pytest.fixture(scope="module")
def one_page(chromium: Any, page_url: str) -> Iterator[tuple[Any, Any]]:
    """A page for all tests that leave no day in the focus."""
    with visited(chromium, page_url) as found:
        yield found


@pytest.fixture
def page(one_page: tuple[Any, Any]) -> Iterator[Any]:
    """The page that the tests share, as it was when it was opened; nothing may have gone wrong on it at the end."""
    page, seen = one_page
    resize(page, **SCREEN)
    page.emulate_media(color_scheme="dark")
    act(page, lambda: page.get_by_role("button", name="Reset all").click())
    assert page.inner_text(".aud-told").startswith("Hatched")
    yield page
    assert seen.nothing(), seen


def day(page: Any, which: date) -> Any:
    """The button of a day, in whatever month it is."""
    month = f"{which:%Y-%m}"
    while (shown := page.get_attribute(".aud-box", "data-month")) != month:
        page.get_by_role("button", name="Previous month" if shown > month else "Next month").click()
        page.wait_for_function("shown => document.querySelector('.aud-box').dataset.month !== shown", arg=shown)
    return page.locator(f".aud-days [data-day='{which}']")


def total(page: Any) -> int:
    return int(page.inner_text(".au-headline").split()[0].replace(",", ""))


def test_days_tell_what_the_store_has(page: Any) -> None:
    """In words, not by colour alone: in the store, missing, before the first one, and today, which cannot be chosen."""
    told = {ago(1): "in the store", ago(5): "missing in the store", ago(DAYS): "in the store", ago(DAYS + 1): "missing in the store",
            ago(0): "not complete yet: cannot be chosen"}  # fmt: skip
    for which, words in told.items():
        assert day(page, which).get_attribute("aria-label").endswith(f"{which.year}, {words}")
    before = page.inner_text(".aud-told")
    assert day(page, ago(0)).get_attribute("aria-disabled") == "true"
    day(page, ago(0)).click(force=True)
    assert page.inner_text(".aud-told") == before


def test_two_presses_pick_a_range(page: Any, rows: list[dict[str, Any]]) -> None:
    """The first keeps a day, the second shows the figures between both, in either order and across months; the fields follow."""
    day(page, ago(3)).click()
    assert page.inner_text(".aud-told").startswith("From ")
    act(page, lambda: day(page, ago(40)).click())

    assert total(page) == expected_view(rows, str(ago(40)), str(ago(3)))["total"]
    page.wait_for_function("day => document.querySelector('.aud-fields input').value === day", arg=str(ago(40)))
    fields = [page.get_by_label(name, exact=True).input_value() for name in ("from", "to (UTC days)")]
    assert fields == [str(ago(40)), str(ago(3))]
    assert day(page, ago(4)).get_attribute("aria-pressed") == "true"
    assert day(page, ago(2)).get_attribute("aria-pressed") == "false"


def test_days_can_be_picked_by_keyboard(chromium: Any, page_url: str, rows: list[dict[str, Any]]) -> None:
    """One stop for Tab, arrows to the days, over the end of a month too; Escape takes the first day back; the focus stays."""
    with visited(chromium, page_url) as (page, seen):
        _pick_by_keyboard(page, rows)
        assert seen.nothing(), seen


def _pick_by_keyboard(page: Any, rows: list[dict[str, Any]]) -> None:
    focused = "document.activeElement.dataset.day"
    assert page.locator(".aud-days button[tabindex='0']").count() == 1
    page.locator(".aud-days button[tabindex='0']").focus()
    assert page.evaluate(focused) == str(ago(1))
    for back in range(2, 33):
        page.keyboard.press("ArrowLeft")
        page.wait_for_function(f"wanted => {focused} === wanted", arg=str(ago(back)))
    page.keyboard.press("Enter")
    assert page.inner_text(".aud-told").startswith("From ")
    page.keyboard.press("Escape")
    assert page.inner_text(".aud-told").startswith("Hatched")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.wait_for_function(f"wanted => {focused} === wanted", arg=str(ago(25)))
    act(page, lambda: page.keyboard.press("Enter"))

    assert total(page) == expected_view(rows, str(ago(32)), str(ago(25)))["total"]
    assert page.evaluate(focused) == str(ago(25))


def test_axe_finds_nothing_while_a_range_is_picked(page: Any) -> None:
    """Names, contrast and roles of the days, with a first day chosen and days that are missing."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    day(page, ago(5)).click()

    assert [(found["id"], found["nodes"][0]["html"]) for found in axe.Axe().run(page).response["violations"]] == []
    page.keyboard.press("Escape")


def test_days_fit_a_phone(page: Any) -> None:
    resize(page, 390, 900)

    assert page.evaluate("document.querySelector('.aud-box').getBoundingClientRect().right") <= 390


def test_paper_and_pictures_are_light_or_dark_together(page: Any) -> None:
    """The served page and its pictures follow the reader's system, also where it changes."""
    schemes = (
        "['.au', '.au-picture img', '.aud-box'].map(one => getComputedStyle(document.querySelector(one)).colorScheme)"
    )

    paper = "getComputedStyle(document.querySelector('.au')).backgroundColor"

    assert (page.evaluate(schemes), page.evaluate(paper)) == (["dark"] * 3, "rgb(20, 24, 29)")
    page.emulate_media(color_scheme="light")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'true'")
    assert (page.evaluate(schemes), page.evaluate(paper)) == (["light"] * 3, "rgb(255, 255, 254)")
