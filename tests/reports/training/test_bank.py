"""The question bank: complete for the platform's exam, each question with reason and source; faults are told all at once."""

import json
import re
from pathlib import Path

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.reports.api_usage.panels import PANELS
from apiusage_helpers.reports.training.bank import TOPICS, read_bank
from tests.reports.training.questions import BANK

ROOT = Path(__file__).resolve().parents[3]
NOTEBOOK = ROOT / "notebooks" / "training.ipynb"
EXAM = {  # the questions of the platform's exam, in its order, and the chapter that teaches each
    "what-it-shows": 1, "methods": 2, "documented-statuses": 5, "meaning-429": 5, "today": 3, "timezone": 3, "excluded": 2,
    "embeddable": 2, "permission": 1, "two-tools": 1, "one-day-graph": 6, "client-settings": 6, "second-path": 1,
}  # fmt: skip
FACTS = {  # what the platform's description says: words that a chapter must hold, and the question that asks for it
    "Admin > Platform Usage > API Usage": (1, "two-tools"),
    "Menu > IT and Integrations > API Usage": (1, "second-path"),
    "Performance > Workspace > Other > API Usage": (1, "two-tools"),
    "Menu > Analytics > Analytics Workspace > API Usage": (1, "view-second-path"),
    "OAuth > Client > View": (1, "permission"),
    "AppFoundry applications": (2, "included"),
    "data actions that call the Public API": (2, "data-actions"),
    "Embeddable Framework": (2, "embeddable"),
    "GET, POST, PUT and DELETE": (2, "methods"),
    "outbound data actions": (2, "excluded"),
    "Chrome, Firefox, Salesforce and Zendesk": (2, "excluded"),
    "00:00:00 to 23:59:59": (3, "day-bounds"),
    "current day": (3, "today"),
    "local time": (3, "timezone"),
    "Most Active Requests": (4, "panels-sections"),
    "OAuth Client Requests": (4, "panels-sections"),
    "URL Requests": (4, "panels-sections"),
    "inefficient polling": (4, "top-urls-panel"),
    "where failures are concentrated": (4, "client-urls-panel"),
    "401 and 404": (5, "code-404"),
    "Many 400": (5, "status-400"),
    "Many 429": (5, "meaning-429"),
    "Many 500": (5, "status-500"),
    "Client URL View Selections": (6, "client-settings"),
    "Template URL View Selections": (6, "url-settings"),
    "until you": (6, "selections-persist"),
    "fifth column": (6, "view-columns"),
    "one client or one request at a time": (6, "one-filter"),
    "Save": (6, "view-save"),
    "single day": (6, "one-day-graph"),
    "Previous 7 days, Previous 30 days, This month, Last month, Previous 3 months": (6, "presets"),
    "Export API Usage Data": (6, "export"),
    "Monitor usage regularly": (7, "practices"),
    "Cache": (7, "practices"),
    "Poll no more often": (7, "polling-practice"),
    "rate limits can break integrations silently": (7, "practices"),
    "Roles & Permissions": (7, "see-also"),
    "Resource Usage on Your Invoice": (7, "see-also"),
    "Adjust the interval": (8, "excessive"),
    "Verify endpoint and request format": (8, "troubles"),
    "spread the load": (8, "troubles"),
    "status page": (8, "troubles"),
    "Admin > Integrations > OAuth": (8, "unknown-traffic"),
    "days are UTC": (8, "wrong-date"),
    "Select several days": (8, "no-graph"),
}
GOOD = """- id: one
  topic: days
  kind: single
  ask: Which?
  choices: [a, b]
  right: a
  reason: Because.
  source: seed
  where: Chapter 3
"""


def chapters() -> dict[int, str]:
    """The prose of each chapter of the training notebook, in one line."""
    cells = json.loads((ROOT / "notebooks" / "training.ipynb").read_text(encoding="utf-8"))["cells"]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    parts = re.split(r"## Chapter (\d): ", prose)[1:]
    return {
        int(number): " ".join(text.replace("*", "").split())
        for number, text in zip(parts[::2], parts[1::2], strict=True)
    }


def test_the_bank_asks_all_of_the_exam_and_forty_more() -> None:
    """Each topic has a question, each question a reason, a source, and a place to look."""
    assert [one.id for one in BANK][: len(EXAM)] == list(EXAM)
    assert len(BANK) >= len(EXAM) + 40
    assert {one.topic for one in BANK} == set(TOPICS)
    assert all(one.reason and one.source and one.where for one in BANK)


def test_what_is_to_be_found_stands_on_the_page() -> None:
    """The places of the lab are panels and tiles of the training, or what the kit found in it."""
    code = "".join("".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"])
    panels = {one.title.format(top=5) for one in PANELS if f'panel(report, "{one.name}")' in code}
    tiles = {"Requests", "Failed", "Active OAuth clients"} if "tiles.tiles(report)" in code else set()
    places = [one.where for one in BANK if one.topic == "lab"]

    assert len(places) >= 10
    assert [one for one in places if not one.startswith((*panels, *tiles, "What the kit found"))] == []


@pytest.mark.parametrize("fact", FACTS)
def test_each_fact_has_its_chapter_and_its_question(fact: str) -> None:
    """What the platform's description says is taught and asked."""
    chapter, question = FACTS[fact]

    assert fact in chapters()[chapter]
    assert question in {one.id for one in BANK}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("  reason: Because.\n", "", "question one: reason: Field required"),
        ("right: a", "right: c", "right: an answer that is not among the choices"),
        ("right: a", "right: [a, b]", "right: exactly one for a single choice"),
        ("choices: [a, b]", "choices: [a]", "choices: at least two"),
        ("choices: [a, b]", "choices: [a, a]", "choices: one is listed twice"),
        ("kind: single", "kind: number", "computed: use one of requests, clients"),
        ("kind: single", "kind: match", "pairs: a question that matches needs at least two"),
        ("topic: days", "topic: nights", "question one: topic: "),
        ("source: seed", "source: hearsay", "question one: source: "),
        ("- id: one", "- extra: 1\n  id: one", "question one: extra: "),
        (GOOD, "", "a bank is a list of questions"),
        (GOOD, "[]", "there is no question"),
    ],
)
def test_a_fault_names_file_question_and_key(tmp_path: Path, before: str, after: str, told: str) -> None:
    """One message, with what is allowed where that helps."""
    path = tmp_path / "questions.yaml"
    path.write_text(GOOD.replace(before, after))

    with pytest.raises(ParameterError) as fault:
        read_bank(path)
    assert str(path) in str(fault.value)
    assert told in str(fault.value)
    assert fault.value.exit_code == 2


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Two questions of one id, and a third without a right answer."""
    path = tmp_path / "questions.yaml"
    path.write_text(GOOD + GOOD + GOOD.replace("id: one", "id: two").replace("right: a", "right: z"))

    with pytest.raises(ParameterError) as fault:
        read_bank(path)
    assert "question one: id: it is used twice" in str(fault.value)
    assert "question two: " in str(fault.value)
