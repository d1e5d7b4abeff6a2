"""The commands of an instructor: who learns, what is right, who struggled with what, and a new start."""

import click

from apiusage_helpers.cli.messages import show, tell, today_option

_group = click.option("--class", "group", default="class", show_default=True, help="The name of the class.")


@click.group()
def training() -> None:
    """Learners of the training notebook, for an instructor."""


@training.command("list")
@_group
def list_learners(*, group: str) -> None:
    """Who has answered, and how many questions are right."""
    from apiusage_helpers.reports.training import progress

    bank = _bank()
    found = [progress.read_progress(learner, group, bank) for learner in progress.learners(group)]
    for one in found:
        tried = len({answer.question for answer in one.answers})
        show(f"{one.learner}: {len(one.right())} of {len(bank)} questions right, {tried} answered")
        if one.told:
            tell(one.told)
    if not found:
        tell(f"{group}: nobody has answered a question yet")


@training.command()
@click.argument("learner")
@_group
def reset(*, learner: str, group: str) -> None:
    """Let a learner start again; the answers so far are gone."""
    from apiusage_helpers.reports.training import progress

    learner = learner.lower()  # as the notebook keeps it
    gone = progress.forget(learner, group)
    tell(f"{learner} starts again" if gone else f"{learner} of {group} has no answers yet")


@training.command()
@click.option("--organization", default="sample", show_default=True)
@click.option(
    "--interval", default="previous_7_days", show_default=True, metavar="START/END", help="Days, or a preset."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@today_option
def key(*, organization: str, interval: str, seed: int, today: object) -> None:
    """All questions with their right answers, as CSV."""
    import pandas as pd

    from apiusage_helpers.interval import utc_today
    from apiusage_helpers.reports.training.report import training_report
    from apiusage_helpers.tables.csv_files import csv_file

    report = training_report(organization, interval, today=today or utc_today(), seed=seed)  # type: ignore[arg-type]  # a date, or nothing
    rows = [(one.question.id, one.question.ask, one.told, one.question.reason) for one in report.asked.values()]
    table = pd.DataFrame(rows, columns=["id", "question", "answer", "reason"])
    click.echo(csv_file(table).decode(), nl=False)


@training.command()
@_group
def results(*, group: str) -> None:
    """How a class did, as CSV: each learner and topic with the questions that are right, answered and there."""
    import pandas as pd

    from apiusage_helpers.reports.training import progress
    from apiusage_helpers.reports.training.bank import TOPICS
    from apiusage_helpers.tables.csv_files import csv_file
    from apiusage_helpers.text import counted

    bank = _bank()
    found = [progress.read_progress(learner, group, bank) for learner in progress.learners(group)]
    rows = [
        (one.learner, TOPICS[topic], *counts) for one in found for topic, counts in progress.by_topic(one, bank).items()
    ]
    table = pd.DataFrame(rows, columns=["learner", "topic", "right", "answered", "questions"])
    click.echo(csv_file(table).decode(), nl=False)
    hard = progress.struggles(answer for one in found for answer in one.answers).most_common(5)
    asks = {one.id: one.ask for one in bank}
    for question, count in hard:
        tell(f"{counted(count, 'wrong answer')}: {asks[question]}")


def _bank() -> tuple:  # type: ignore[type-arg]  # questions: what they are is loaded with the command
    from apiusage_helpers.project import places
    from apiusage_helpers.reports.training.bank import FILE, read_bank

    return read_bank(places.table_file(FILE))
