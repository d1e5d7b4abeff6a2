"""Right answers: those that the bank states, and those that are counted in the loaded data, so that they differ by data."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from apiusage_helpers.charts.alt_text import failed_shares
from apiusage_helpers.reports.training.bank import Question
from apiusage_helpers.reports.usage_report import UsageReport
from apiusage_helpers.text import client_labels, url_label, whole

Answer = str | Sequence[str] | Mapping[str, str]
_MOST_CHOICES, _CELLS = 5, 84
_LARGE = 0.02  # of all requests


@dataclass(frozen=True)
class Asked:
    """A question as one learner meets it: its choices in an order of their own, and what is right.

    `right` are texts; of a match the right sides in the order of `lefts`.
    """

    question: Question
    choices: tuple[str, ...]
    right: tuple[str, ...]
    lefts: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The right answer in words."""
        if self.lefts:
            return "; ".join(f"{left}: {right}" for left, right in zip(self.lefts, self.right, strict=True))
        return ", ".join(self.right)


def asked(question: Question, report: UsageReport, seed: int) -> Asked | None:
    """The question with its choices, ordered by `seed`; None where the data hold no answer to it."""
    order = random.Random(f"{seed} {question.id}")  # noqa: S311  # an order of choices, no secret
    if question.kind == "number":
        return Asked(question, (), (whole(_NUMBERS[question.computed](report)),))
    if question.kind == "find":
        ranked = _RANKED[question.computed](report)
        choices = ranked[:_MOST_CHOICES]
        if len(choices) < 2:  # noqa: PLR2004  # one is no choice
            return None
        return Asked(question, tuple(order.sample(choices, len(choices))), (ranked[0],))
    if question.kind == "match":
        lefts, rights = tuple(question.pairs), tuple(question.pairs.values())
        sides = sorted(set(rights))
        return Asked(question, tuple(order.sample(sides, len(sides))), rights, lefts)
    return Asked(question, tuple(order.sample(question.choices, len(question.choices))), question.answers)


def is_right(one: Asked, answer: Answer) -> bool:
    """Whether an answer is right: a text, several texts, or a text for each left side.

    A number may be written with or without separators.
    """
    if isinstance(answer, Mapping):
        return tuple(answer.get(left, "") for left in one.lefts) == one.right
    if one.question.kind == "number":
        return _digits(str(answer)) == _digits(one.right[0])
    given = {answer} if isinstance(answer, str) else set(answer)
    return given == set(one.right)


def _digits(text: str) -> str:
    return re.sub(r"[\s,.'_]", "", text)


_NUMBERS: Mapping[str, Callable[[UsageReport], int]] = {
    "requests": lambda report: report.summary.total,
    "clients": lambda report: report.summary.clients,
    "failed": lambda report: int(report.summary.requests["failed"].sum()),
    "throttled": lambda report: int(report.summary.requests["throttled"].sum()),
    "platform_400": lambda report: int(report.summary.requests[["client_errors", "throttled"]].sum().sum()),
}


def _clients_by(report: UsageReport, order: "Callable[[pd.DataFrame], pd.Series[float]]") -> list[str]:
    """The names of clients, those first for which `order` is greatest."""
    table = report.tables["client_status_codes"]
    ranked = table.assign(order=order(table)).sort_values("order", ascending=False, kind="stable")
    return client_labels(list(zip(ranked["client_id"], ranked["client_name"], strict=True)), _CELLS)


def _silent_clients(report: UsageReport) -> list[str]:
    """A client that made requests in the days before and none now, then some that still do; nothing where there is none."""
    if report.before is None:
        return []
    now, then = report.summary.requests, report.before.summary.requests
    gone = then[~then["client_id"].isin(now["client_id"])].groupby(["client_id", "client_name"])["requests"].sum()
    if gone.empty:
        return []
    lost = gone.sort_values(ascending=False, kind="stable").index[0]
    pairs = [lost, *zip(now["client_id"], now["client_name"], strict=True)]
    return client_labels(list(dict.fromkeys((str(client), str(name)) for client, name in pairs)), _CELLS)


def _steadiest(report: UsageReport) -> list[str]:
    """Large clients by how little their requests differ from day to day, the steadiest first."""
    days = report.summary.days.pivot_table(
        index=["client_id", "client_name"], columns="date", values="requests", aggfunc="sum", fill_value=0
    )
    large = days[days.sum(axis=1) > _LARGE * report.summary.total]
    spread = (large.std(axis=1) / large.mean(axis=1)).sort_values(kind="stable")
    return client_labels([(str(client), str(name)) for client, name in spread.index], _CELLS)


def _worst_days(report: UsageReport) -> list[str]:
    table = report.tables["failures_per_day"]
    known = table[table["requests"] > 0].sort_values("failed_share", ascending=False, kind="stable")
    return [f"{day:%Y-%m-%d}" for day in known["date"]]


_RANKED: Mapping[str, Callable[[UsageReport], list[str]]] = {
    "top_client": lambda report: _clients_by(report, lambda table: table["requests"].astype("float64")),
    "most_throttled": lambda report: _clients_by(report, lambda table: table["throttled"].astype("float64")),
    "most_refused": lambda report: _clients_by(report, failed_shares),
    "top_url": lambda report: [
        url_label(method, uri, _CELLS)
        for method, uri in zip(
            report.tables["url_requests"]["http_method"], report.tables["url_requests"]["template_uri"], strict=True
        )
    ],
    "worst_day": _worst_days,
    "silent_client": _silent_clients,
    "steadiest": _steadiest,
}
