"""Questions as cards for a page: the answer and its reason lie behind a fold, which needs neither a kernel nor a script."""

from html import escape

from apiusage_helpers.charts.panel import Html, sentence
from apiusage_helpers.reports.checks import checks_list
from apiusage_helpers.reports.findings import findings_list
from apiusage_helpers.reports.training.answers import Asked
from apiusage_helpers.reports.training.bank import TOPICS
from apiusage_helpers.reports.training.report import TrainingReport
from apiusage_helpers.text import counted, visible

_HOW = {
    "single": "One answer is right.",
    "multiple": "Several answers may be right.",
    "number": "The answer is a number in this report.",
    "find": "The answer is in this report.",
    "match": "Each on the left belongs to one on the right.",
}
_SOURCES = {
    "seed": "the platform's description of API Usage",
    "policy": "the Genesys Cloud Fair Use Policy",
    "kit": "this kit; the platform may differ",
}


def cards(report: TrainingReport, *topics: str) -> Html:
    """The questions of some topics, in the order of the bank."""
    shown = [report.asked[one.id] for one in report.bank if one.topic in topics and one.id in report.asked]
    names = ", ".join(TOPICS[topic] for topic in topics)
    html = "".join(map(_card, shown))
    title = f"Check yourself: {names}"
    text = "\n".join([title, *(one.question.ask for one in shown)])
    return Html(
        f'<section class="questions" aria-label="{escape(title)}"><h3>{escape(title)}</h3>{html}</section>', text
    )


def incidents(report: TrainingReport) -> Html:
    """What the kit itself found in these days, above info, behind a fold: the incidents of the lab with what to do."""
    told = [one for one in report.findings if one.severity != "info"]
    found = findings_list(told, title="What the kit found")
    return Html(f"<details><summary>What the kit found</summary>{found.html}</details>", found.text)


def checks(report: TrainingReport) -> Html:
    """The checks with their figures."""
    return checks_list(report.checks)


def overview(report: TrainingReport) -> Html:
    """What the questions are about, and how many there are."""
    selection = report.usage.selection
    told = (
        f"{counted(len(report.asked), 'question')} in {counted(len(TOPICS), 'topic')}, about {selection.organization}, "
        f"{selection.interval.start} to {selection.interval.end}"
    )
    return Html(f'<p class="counts">{escape(visible(told))}</p>', told)


def _card(one: Asked) -> str:
    sides = [*(f"{left}: ?" for left in one.lefts), *one.choices]
    items = "".join(f"<li>{sentence(side)}</li>" for side in sides)
    question = one.question
    answer = f"<p><b>{sentence(one.told)}</b></p><p>{sentence(question.reason)}</p>"
    source = f'<p class="note">Where to look: {escape(question.where)}. Source: {_SOURCES[question.source]}.</p>'
    return (
        f'<div class="question" id="q-{question.id}"><p><b>{escape(question.ask)}</b> {_HOW[question.kind]}</p>'
        f"{f'<ul>{items}</ul>' if items else ''}<details><summary>Answer</summary>{answer}{source}</details></div>"
    )
