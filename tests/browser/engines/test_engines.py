"""The page in Firefox and WebKit: the same figures, files and words as in Chromium, where they are held against plain Python."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from plain_choice import random_choice, raw_rows

pytestmark = pytest.mark.browser

CHOICES = 3  # a few; dozens are counted in the JavaScript engine
READY = "() => new Promise(done => { const look = () => document.documentElement.classList.contains('ready') ? done(true) : setTimeout(look, 20); look(); })"
TELL = """() => ({
    told: document.querySelector('.told').textContent,
    lines: [...document.querySelectorAll('.counts, #facts dd')].map(line => line.textContent),
    words: [...document.querySelectorAll('svg[role=img]')].map(picture => picture.getAttribute('aria-label')),
    bars: [...document.querySelectorAll('svg title')].map(title => title.textContent),
})"""
PRESS = """() => {
    const state = () => document.querySelector('main').textContent;
    const before = state();
    document.querySelector('#client_requests td button').click();
    const pressed = state(), told = document.querySelector('.told').textContent, address = location.hash;
    document.querySelector('button.reset').click();
    return {told, address, changed: pressed !== before, back: state() === before, hash: location.hash};
}"""


@pytest.fixture(scope="module")
def of_chromium() -> dict[tuple[Path, str], list[Any]]:
    """What the scripts gave in Chromium, by page and address: the same for whoever is held against it."""
    return {}


def test_it_shows_what_chromium_shows(
    engine: Any, any_page: Path, opened: Callable[..., Any], csv_script: str, shown_script: str,
    of_chromium: dict[tuple[Path, str], list[Any]],
) -> None:  # fmt: skip
    """As published and under random choices from the address: all lines, words, pictures, tables and files."""
    dice, rows = random.Random(7), raw_rows(any_page.parent)
    scripts = (TELL, csv_script, shown_script)
    fragments = ["", *("#" + urlencode(random_choice(rows, dice)) for _ in range(CHOICES))]
    for fragment in fragments:
        engine.open("about:blank")
        engine.open(any_page.as_uri() + fragment)
        assert engine.evaluate(READY)
        if (any_page, fragment) not in of_chromium:
            page = opened(any_page, fragment).page
            of_chromium[any_page, fragment] = [page.evaluate(script) for script in scripts]
        assert [engine.evaluate(script) for script in scripts] == of_chromium[any_page, fragment], fragment
    assert engine.wrongs() == []


def test_a_press_chooses_and_reset_restores(engine: Any, any_page: Path) -> None:
    """The address follows; every word is as before afterwards."""
    engine.open("about:blank")
    engine.open(any_page.as_uri())
    engine.evaluate(READY)
    found = engine.evaluate(PRESS)

    assert found["told"].startswith("Filtered by OAuth client ")
    assert found["address"].startswith("#clients=")
    assert (found["changed"], found["back"], found["hash"]) == (True, True, "")
    assert engine.wrongs() == []
