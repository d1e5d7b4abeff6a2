"""Questions to answer in JupyterLab or on a served page: one at a time, with the reason at once; and the practice exam.

All can be done by keyboard: every field has a label, the focus goes to the next button after an answer, and what an answer
brought is read out. What was answered wrong comes back when everything has been asked once.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from html import escape

import ipywidgets as widgets

from apiusage_helpers.charts.panel import table_html
from apiusage_helpers.errors import ParameterError
from apiusage_helpers.page.html import static_page
from apiusage_helpers.reports.training import progress
from apiusage_helpers.reports.training.answers import Answer, Asked, is_right
from apiusage_helpers.reports.training.bank import TOPICS
from apiusage_helpers.reports.training.exam import Exam, new_exam, passed, result_table
from apiusage_helpers.reports.training.report import TrainingReport
from apiusage_helpers.tables.csv_files import csv_file
from apiusage_helpers.text import counted, percent, visible

Clock = Callable[[], datetime]
_QUESTIONS, _MINUTES = 20, 30
_WIDE = widgets.Layout(width="auto", max_width="60rem")


def now() -> datetime:
    """The current instant."""
    return datetime.now(UTC)


def practise(report: TrainingReport, learner: str, group: str, *, clock: Clock = now) -> widgets.Widget:
    """Questions and practice exam of one learner; without a name it is asked for first, so that several can use one page."""
    if learner:
        return _practice(report, learner, group, clock)
    name = widgets.Text(description="Your name", placeholder="such as ada")
    begin = widgets.Button(description="Begin", button_style="primary")
    told = widgets.HTML()
    box = widgets.VBox([widgets.HBox([name, begin]), told])

    def enter(_: object) -> None:
        try:
            progress.place_of(name.value.strip().lower(), group)
        except ParameterError as fault:
            told.value = f'<p role="alert">{escape(str(fault))}</p>'
            return
        box.children = [_practice(report, name.value.strip().lower(), group, clock)]

    begin.on_click(enter)
    return box


def _practice(report: TrainingReport, learner: str, group: str, clock: Clock) -> widgets.Widget:
    """Both, one under the other."""
    line = widgets.HTML("<hr>")
    return widgets.VBox(
        [quiz(report, learner, group, clock=clock), line, practice_exam(report, learner, group, clock=clock)]
    )


def quiz(report: TrainingReport, learner: str, group: str, *, clock: Clock = now) -> widgets.Widget:
    """The questions of a report for one learner of a class, from where the learner stopped."""
    return _Quiz(report, learner, group, clock).box


def practice_exam(  # noqa: PLR0913  # whose exam, and what it is made of
    report: TrainingReport,
    learner: str,
    group: str,
    *,
    questions: int = _QUESTIONS,
    minutes: int = _MINUTES,
    clock: Clock = now,
) -> widgets.Widget:
    """A practice exam of random questions with a time limit, and its result by topic."""
    return _Examination(report, learner, group, questions, minutes, clock).box


class _Field:
    """The field in which one question is answered."""

    def __init__(self, one: Asked) -> None:
        self.one = one
        kind, choices = one.question.kind, [visible(choice) for choice in one.choices]
        self.parts: list[widgets.Widget]
        if kind == "multiple":
            self.parts = [widgets.Checkbox(description=choice, indent=False, layout=_WIDE) for choice in choices]
        elif kind == "number":
            self.parts = [widgets.Text(description="Answer", placeholder="a number")]
        elif kind == "match":
            self.parts = [
                widgets.Dropdown(
                    description=left, options=["", *choices], style={"description_width": "initial"}, layout=_WIDE
                )
                for left in one.lefts
            ]
        else:
            self.parts = [
                widgets.RadioButtons(
                    description="Answer", options=choices, value=None, layout=widgets.Layout(width="max-content")
                )
            ]

    @property
    def answer(self) -> Answer | None:
        """What is answered; None where that is not complete."""
        kind, one = self.one.question.kind, self.one
        if kind == "multiple":
            ticked = [choice for choice, part in zip(one.choices, self.parts, strict=True) if part.value]
            return ticked or None
        if kind == "match":
            given = {left: part.value for left, part in zip(one.lefts, self.parts, strict=True)}
            named = {visible(choice): choice for choice in one.choices}
            return {left: named[side] for left, side in given.items()} if all(given.values()) else None
        value = self.parts[0].value
        if kind == "number":
            return value.strip() or None
        return None if value is None else one.choices[self.parts[0].options.index(value)]

    def close(self) -> None:
        """No further answer."""
        for part in self.parts:
            part.disabled = True


class _Quiz:
    def __init__(self, report: TrainingReport, learner: str, group: str, clock: Clock) -> None:
        self.report, self.learner, self.group, self.clock = report, learner, group, clock
        self.score, self.question = widgets.HTML(), widgets.HTML()
        self.told = widgets.HTML()
        self.fields = widgets.VBox()
        self.check = widgets.Button(description="Check the answer", button_style="primary")
        self.next = widgets.Button(description="Next question")
        self.check.on_click(lambda _: self.answer())
        self.next.on_click(lambda _: self.ask())
        buttons = widgets.HBox([self.check, self.next])
        self.box = widgets.VBox([self.score, self.question, self.fields, buttons, self.told])
        try:
            self.state = progress.read_progress(learner, group, report.bank)
        except ParameterError as fault:
            self.box.children = [widgets.HTML(f'<p role="alert">{escape(str(fault))}</p>')]
            return
        self.ask()

    def ask(self) -> None:
        """The next question, or the end."""
        self.state = progress.read_progress(self.learner, self.group, self.report.bank)
        ids = [one.id for one in self.report.bank if one.id in self.report.asked]
        following = progress.next_question(self.state, ids)
        self.score.value = _score(self.state, len(ids))
        self.told.value = f'<p role="status">{escape(self.state.told)}</p>' if self.state.told else ""
        done = following is None
        self.check.layout.display = self.next.layout.display = "none" if done else ""
        if following is None:
            self.question.value = "<p><b>Every question is answered right. Well done.</b></p>"
            self.fields.children = ()
            return
        self.field = _Field(self.report.asked[following])
        self.question.value = _asks(self.field.one)
        self.fields.children = tuple(self.field.parts)
        self.check.disabled, self.next.disabled = False, True

    def answer(self) -> None:
        """What the answer brings; it is confirmed once it is kept."""
        answer, one = self.field.answer, self.field.one
        if answer is None:
            self.told.value = '<p role="status">Choose or write an answer first.</p>'
            return
        right = is_right(one, answer)
        progress.confirm(self.learner, self.group, one.question.id, self.clock(), right=right)
        self.field.close()
        self.check.disabled, self.next.disabled = True, False
        word = "Right." if right else f"Not right. The answer is: {visible(one.told)}."
        where = f"Where to look: {one.question.where}."
        self.told.value = f'<p role="status"><b>{escape(word)}</b> {escape(one.question.reason)} {escape(where)}</p>'
        self.next.focus()


class _Examination:
    def __init__(  # noqa: PLR0913, PLR0917  # what an exam is made of
        self, report: TrainingReport, learner: str, group: str, questions: int, minutes: int, clock: Clock
    ) -> None:
        self.report, self.learner, self.group, self.clock = report, learner, group, clock
        self.count, self.minutes = questions, minutes
        self.begin = widgets.Button(description="Begin the practice exam")
        self.finish = widgets.Button(description="Finish and see the result", button_style="primary")
        self.begin.on_click(lambda _: self.start())
        self.finish.on_click(lambda _: self.end())
        self.told = widgets.HTML()
        self.fields: dict[str, _Field] = {}
        self.box = widgets.VBox([self.begin, self.told])

    def start(self) -> None:
        """All questions of a new exam."""
        begins = self.clock()
        bank = [one for one in self.report.bank if one.id in self.report.asked]
        self.exam: Exam = new_exam(bank, self.count, int(begins.timestamp()), begins=begins, minutes=self.minutes)
        self.fields = {question: _Field(self.report.asked[question]) for question in self.exam.questions}
        shown = [widgets.VBox([widgets.HTML(_asks(one.one)), *one.parts]) for one in self.fields.values()]
        self.told.value = (
            f'<p role="status">{counted(len(shown), "question")}; the time ends at {self.exam.ends:%H:%M} UTC.</p>'
        )
        self.box.children = [self.told, *shown, self.finish]
        self.finish.disabled = False

    def end(self) -> None:
        """The result by topic; answers that come after the time do not count."""
        late = self.exam.late(self.clock())
        given = {} if late else {question: field.answer for question, field in self.fields.items()}
        right = {
            question: is_right(self.fields[question].one, answer)
            for question, answer in given.items()
            if answer is not None
        }
        table = result_table(self.exam, self.report.bank, right)
        result = table_html(table, caption="Result by topic")
        title = f"Practice exam of {self.learner}"
        page = static_page(f"<h1>{title}</h1>{result}", title=title, summary=title)
        self.file = progress.keep_result(self.learner, self.group, self.clock(), csv_file(table), page)
        for field in self.fields.values():
            field.close()
        word = "The time is over: no answer counts." if late else ("Passed." if passed(table) else "Not passed yet.")
        share = percent(table["share"].iloc[-1])
        self.told.value = (
            f'<div role="status"><p><b>{word}</b> {share} right; 80 % is needed. '
            f"The result is kept as {escape(str(self.file))}.</p>"
            f"{result}</div>"
        )
        self.finish.disabled = True
        self.box.children = [self.begin, self.told]
        self.begin.focus()


def _asks(one: Asked) -> str:
    return f"<p><b>{escape(visible(one.question.ask))}</b> ({TOPICS[one.question.topic]})</p>"


def _score(state: progress.Progress, questions: int) -> str:
    right = len(state.right())
    return f'<p role="status">{escape(state.learner)}: {right} of {counted(questions, "question")} right.</p>'
