"""The page for everybody: axe-core finds nothing in any state, all can be done by keyboard, changes are told."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

STYLE = Path(__file__).resolve().parents[2] / "apiusage_helpers/page/template/report/report.css"
OPEN_ALL = "document.querySelectorAll('details:not(.facet)').forEach(part => part.open = true)"
# from one state to the next on one page: what the state before has opened is closed, and the page hears of its address
GO = """address => {
    if (location.hash.slice(1) !== address.slice(1)) location.hash = address;
    if (window.been) document.querySelectorAll('details').forEach(part => part.open = false);
    window.been = true;
    return new Promise(done => setTimeout(done, 50));
}"""
FILTERED = "!document.querySelector('button.reset').hidden"
STATES = {
    "as published": ("", ""),
    "tables open": ("", OPEN_ALL),
    "filtered": ("#methods=GET&statuses=200&statuses=429", OPEN_ALL),
    "nothing found": ("#days=2026-11-21", OPEN_ALL),
    "a list open": ("#methods=GET", "document.querySelectorAll('.facet')[1].open = true"),
    "reset": ("#methods=GET", "document.querySelector('button.reset').click()"),
    "sorted and searched": ("", OPEN_ALL + """;
        document.querySelector('#client_urls th button').click();
        const search = document.querySelector('#client_urls input');
        search.value = 'users';
        search.dispatchEvent(new Event('input'));"""),
}  # fmt: skip


# between them they show every colour of the page; a narrow window has none of its own, but lays out what stands over what
COLOURED = {1280: ("filtered", "a list open", "sorted and searched"), 390: ("sorted and searched",)}
_ASKED = {"resultTypes": ["violations"]}  # what axe found to be right takes it most of its time to tell
_CONTRAST = "color-contrast"


VIOLATIONS = "options => axe.run(options).then(found => found.violations)"


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core; a page that has evaluated it once can be asked again and again."""
    module = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    return str(module.Axe().axe_script)


def rules(scheme: str, state: str, width: int) -> dict[str, Any]:
    """What axe looks for: dark differs from light by its colours only, and other states show no other colours."""
    if scheme == "dark":
        return _ASKED | {"runOnly": [_CONTRAST]}
    return _ASKED if state in COLOURED[width] else _ASKED | {"rules": {_CONTRAST: {"enabled": False}}}


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(
    any_page: Path, opened: Callable[..., Any], axe: str, scheme: str, width: int
) -> None:
    """As published, with tables open, filtered, with nothing found, with a list open, sorted, reset: no violation."""
    found = {}
    states = {state: STATES[state] for state in (STATES if scheme == "light" else COLOURED[width])}
    page = opened(any_page, color_scheme=scheme, viewport={"width": width, "height": 900}).page
    page.evaluate(axe)
    for state, (fragment, action) in states.items():
        page.evaluate(GO, fragment)
        assert page.evaluate(FILTERED) == bool(fragment), state
        page.evaluate(f"() => {{ {action} }}")
        violations = page.evaluate(VIOLATIONS, rules(scheme, state, width))
        found[state] = [
            (violation["id"], [node["target"] for node in violation["nodes"]][:3]) for violation in violations
        ]

    assert found == {state: [] for state in states}


def test_a_narrow_window_has_no_colours_of_its_own() -> None:
    """What is asked about colours at 1280 pixels holds at 390."""
    blocks = re.findall(r"@media[^{]*max-width[^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}", STYLE.read_text(encoding="utf-8"))

    assert len(blocks) == 3
    assert not [block for block in blocks if re.search(r"(color|background|opacity|filter)[\w-]*:", block)]


def test_axe_finds_faults_where_there_are_some(opened: Callable[..., Any], axe: str, tmp_path: Path) -> None:
    """The same check sees a picture without words and pale text."""
    (tmp_path / "bad.html").write_text(
        "<html class=ready><img src='data:,x'><p style='color:#ddd;background:#fff'>pale</p>"
    )
    page = opened(tmp_path / "bad.html").page
    page.evaluate(axe)

    assert {"image-alt", "color-contrast"} <= {violation["id"] for violation in page.evaluate(VIOLATIONS, _ASKED)}


def test_all_can_be_done_by_keyboard(page_file: Path, opened: Callable[..., Any]) -> None:
    """From the top by Tab alone: skip link, facets, tables; Enter opens and chooses; the focus is seen and never lost."""
    page = opened(page_file).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = []
    while page.evaluate("document.activeElement !== document.body") and len(reached) < 120:
        reached.append(page.evaluate("document.activeElement.textContent.trim().slice(0, 40)"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", reached[-1]
        page.keyboard.press("Tab")
    page.locator("#client_requests summary").focus()
    page.keyboard.press("Enter")
    button = page.locator("#client_requests td button").first
    button.focus()
    page.keyboard.press("Enter")

    assert any(text.startswith("OAuth clients: all") for text in reached)
    assert sum(text == "Table" for text in reached) == 10
    assert page.locator(".told").get_attribute("role") == "status"
    assert page.inner_text(".told").startswith("Filtered by OAuth client")
    assert page.evaluate("document.activeElement.textContent") == button.text_content()


def test_motion_is_reduced_where_wished(page_file: Path, opened: Callable[..., Any]) -> None:
    """No smooth scrolling for readers who want no motion, and no animation for anybody."""
    page = opened(page_file, reduced_motion="reduce").page

    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    assert page.evaluate("document.getAnimations().length") == 0
