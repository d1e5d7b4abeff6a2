"""The training in a real JupyterLab: a learner gives a name, answers wrong and right by keyboard, and goes on after a reload."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.view.test_lab import run_all

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("view")]


def begun(page: Any, lab_url: str) -> Any:
    """The questions of the learner ada, after all cells were run."""
    run_all(page, lab_url, "training.ipynb", ".jp-OutputArea-output .widget-text input")
    live = page.locator(".jp-Cell", has=page.locator(".widget-button", has_text="Begin")).last
    live.get_by_label("Your name").fill("ada")
    live.locator("button", has_text=re.compile("^Begin$")).click()
    page.get_by_text("questions right.").wait_for()
    return page.locator(".jp-Cell", has=page.locator(".widget-button", has_text="Check the answer")).last


def test_a_learner_answers_and_goes_on(new_page: Callable[..., Any], lab_url: str, line: Any) -> None:
    """The reason stands there at once, the focus goes to the next question, and after a reload the score is kept."""
    page, seen = new_page(lab_url, viewport={"width": 1400, "height": 1400})
    live = begun(page, lab_url)
    live.get_by_text("Calls and chats that agents handled").click()
    live.locator("button", has_text="Check the answer").click()
    live.get_by_text("Not right. The answer is: API request activity").wait_for()
    page.wait_for_function("document.activeElement.textContent === 'Next question'")
    page.keyboard.press("Enter")
    for method in ("GET", "POST", "PUT", "DELETE"):
        live.get_by_label(method, exact=True).check()
    live.locator("button", has_text="Check the answer").click()
    live.get_by_text("Right.", exact=True).wait_for()
    page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")
    page.close()

    page, again = new_page(lab_url, viewport={"width": 1400, "height": 1400})
    begun(page, lab_url)
    assert page.get_by_text("ada: 1 of 67 questions right.").count() == 1
    page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")
    kept = Path(line.environment["APIUSAGE_OUTPUT"]) / ".training" / "class" / "ada.jsonl"
    answers = [json.loads(one) for one in kept.read_text(encoding="utf-8").splitlines()]
    assert [(one["question"], one["right"]) for one in answers] == [("what-it-shows", False), ("methods", True)]
    for watched in (seen, again):
        assert (watched.dialogs, watched.strangers) == ([], [])
