"""The API Usage view in a real JupyterLab: the same notebook, a state that stays until it is reset, views saved by name."""

from typing import Any

import pytest

from tests.browser.view.conftest import Lab, act, table, until_shown

pytestmark = pytest.mark.browser


def test_explore_save_restart_open_and_reset(lab: Lab, line: Any) -> None:
    """A filter set by keyboard survives a new session; a saved view brings it back after a reset; nothing is kept after that."""
    page = lab.page
    lab.run_all("api_usage_view.ipynb", ".au[data-serial]")
    until_shown(page)
    act(page, lambda: page.locator(".au-clients tbody button").nth(2).press("Enter"))
    filtered = page.inner_text(".au-headline")
    assert filtered.startswith("Filtered by OAuth client ")
    assert len(table(page, "urls")[0]) == 7
    page.get_by_label("View name").fill("from-lab")
    act(page, lambda: page.get_by_role("button", name="Save", exact=True).evaluate("button => button.click()"))
    assert "apiusage report params/views/from-lab.yaml" in page.inner_text(".au-message")

    lab.run_all("api_usage_view.ipynb", ".au[data-serial]")
    page.evaluate("void window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    page.wait_for_function("getComputedStyle(document.querySelector('.au')).colorScheme === 'dark'")
    assert page.evaluate("getComputedStyle(document.querySelector('.au')).backgroundColor") == "rgb(20, 24, 29)"
    page.wait_for_function("document.querySelector('.au-message')?.innerText.includes('last session')")
    assert page.inner_text(".au-headline") == filtered
    act(page, lambda: page.get_by_role("button", name="Reset all").evaluate("button => button.click()"))
    assert page.inner_text(".au-headline").endswith("nothing filtered")
    assert not (line.folder / "params" / "views" / ".current.yaml").exists()
    page.get_by_label("Saved views").select_option("from-lab")
    act(page, lambda: page.get_by_role("button", name="Open", exact=True).evaluate("button => button.click()"))
    assert page.inner_text(".au-headline") == filtered

    (line.folder / "params" / "views" / "from-lab.yaml").unlink()
    (line.folder / "params" / "views" / ".current.yaml").unlink()
    assert lab.all_is_well(), lab.seen
