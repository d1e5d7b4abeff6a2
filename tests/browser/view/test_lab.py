"""The API Usage view in a real JupyterLab: the same notebook, a state that stays until it is reset, views saved by name."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.browser.view.conftest import act, table, until_shown

pytestmark = pytest.mark.browser

KERNEL_IS_CONNECTED = (
    "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.connectionStatus === 'connected'"
)


def run_all(page: Any, lab_url: str, notebook: str, shows: str) -> None:
    """Open the notebook anew, with a kernel of its own, and run its cells until they show what is wanted.

    JupyterLab drops cells that are run while it still connects to their kernel, so they are run again.
    """
    if page.url.startswith(lab_url):
        page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")
    page.goto(f"{lab_url}lab/tree/{notebook}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_function("window.jupyterapp !== undefined")
    page.wait_for_function(KERNEL_IS_CONNECTED)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", state="attached")
    for _ in range(4):
        page.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
        with suppress(Exception):
            page.wait_for_selector(shows, state="attached", timeout=20_000)
            return


def test_explore_save_restart_open_and_reset(new_page: Callable[..., Any], lab_url: str, line: Any) -> None:
    """A filter set by keyboard survives a new session; a saved view brings it back after a reset; nothing is kept after that."""
    page, seen = new_page(lab_url, viewport={"width": 1500, "height": 1600})
    run_all(page, lab_url, "api_usage_view.ipynb", ".au[data-serial]")
    until_shown(page)
    act(page, lambda: page.locator(".au-clients tbody button").nth(2).press("Enter"))
    filtered = page.inner_text(".au-headline")
    assert filtered.startswith("Filtered by OAuth client ")
    assert len(table(page, "urls")[0]) == 7
    page.get_by_label("View name").fill("from-lab")
    act(page, lambda: page.get_by_role("button", name="Save", exact=True).evaluate("button => button.click()"))
    assert "apiusage report params/views/from-lab.yaml" in page.inner_text(".au-message")

    run_all(page, lab_url, "api_usage_view.ipynb", ".au[data-serial]")
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
    assert (seen.dialogs, seen.strangers) == ([], [])
    assert [error for error in seen.errors if "Failed to load resource" not in error] == []
