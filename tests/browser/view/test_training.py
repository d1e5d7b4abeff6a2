"""The training in a real JupyterLab: a full pass by a learner, wrong and right, over a reload, to the score and the exam."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.browser.view.conftest import ROOT, Lab

pytestmark = pytest.mark.browser

ASKED = ("what-it-shows", "methods", "timezone")


@pytest.fixture
def short_bank(line: Any) -> Iterator[None]:
    """Three questions of the bank, so that a pass comes to its end."""
    bank = yaml.safe_load((ROOT / "params" / "tables" / "questions.yaml").read_text(encoding="utf-8"))
    path = line.folder / "params" / "tables" / "questions.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump([one for one in bank if one["id"] in ASKED]), encoding="utf-8")
    yield
    path.unlink()


def begun(lab: Lab) -> Any:
    """The questions of the learner ada, after all cells were run."""
    page = lab.page
    lab.run_all("training.ipynb", ".jp-OutputArea-output .widget-text input")
    live = page.locator(".jp-Cell", has=page.locator(".widget-button", has_text="Begin")).last
    live.get_by_label("Your name").fill("ada")
    live.locator("button", has_text=re.compile("^Begin$")).click()
    page.get_by_text("questions right.").wait_for()
    return page.locator(".jp-Cell", has=page.locator(".widget-button", has_text="Begin the practice exam")).last


def pressed(live: Any, button: str) -> None:
    live.locator("button", has_text=button).click()


@pytest.mark.usefixtures("short_bank")
def test_a_learner_passes_from_the_first_question_to_the_exam(lab: Lab, line: Any) -> None:
    """The reason stands there at once, the focus goes on, a reload keeps the score, what was wrong comes back, the exam is passed."""
    page = lab.page
    live = begun(lab)
    live.get_by_text("Calls and chats that agents handled").click()
    pressed(live, "Check the answer")
    live.get_by_text("Not right. The answer is: API request activity").wait_for()
    page.wait_for_function("document.activeElement.textContent === 'Next question'")
    page.keyboard.press("Enter")
    for method in ("GET", "POST", "PUT", "DELETE"):
        live.get_by_label(method, exact=True).check()
    pressed(live, "Check the answer")
    live.get_by_text("Right.", exact=True).wait_for()

    lab.leave()
    lab.load()
    live = begun(lab)
    live.get_by_text("ada: 1 of 3 questions right.").wait_for()
    for right in ("UTC", "API request activity across integrations and OAuth clients"):
        live.get_by_text(right, exact=True).click()
        pressed(live, "Check the answer")
        live.get_by_text("Right.", exact=True).wait_for()
        pressed(live, "Next question")
    live.get_by_text("Every question is answered right").wait_for()
    assert live.get_by_text("ada: 3 of 3 questions right.").count() == 1

    pressed(live, "Begin the practice exam")
    live = page.locator(".jp-Cell", has_text="Every question is answered right").last
    live.get_by_text("3 questions; the time ends at").wait_for()
    for right in ("UTC", "API request activity across integrations and OAuth clients"):
        live.get_by_text(right, exact=True).click()
    for method in ("GET", "POST", "PUT", "DELETE"):
        live.get_by_label(method, exact=True).check()
    pressed(live, "Finish and see the result")
    live.get_by_text("Passed.").wait_for()
    assert live.locator("table tbody tr").last.inner_text().split() == ["All", "3", "3", "100", "%"]

    folder = Path(line.environment["APIUSAGE_OUTPUT"]) / ".training" / "class"
    answers = [json.loads(one) for one in (folder / "ada.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(one["question"], one["right"]) for one in answers] == [
        ("what-it-shows", False), ("methods", True), ("timezone", True), ("what-it-shows", True),
    ]  # fmt: skip
    assert len([*folder.glob("ada.exam.*.html")]) == len([*folder.glob("ada.exam.*.csv")]) == 1
    assert lab.all_is_well(), lab.seen
