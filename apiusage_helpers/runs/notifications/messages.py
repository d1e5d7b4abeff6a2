"""Messages: what a mail or a chat says of a report, so that it is worth reading without the page.

A message names the client, the URL, since when and what to do, and leads to the page filtered to it. It never decides
whether somebody is told; the outbox does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

from apiusage_helpers.interval import Interval
from apiusage_helpers.names import SEVERITIES
from apiusage_helpers.runs.notifications.alarms import fetched_organization
from apiusage_helpers.runs.notifications.delivery import Kind, Message
from apiusage_helpers.runs.records.run_facts import RunFacts, ToldFinding
from apiusage_helpers.runs.records.state_files import Failure
from apiusage_helpers.settings.schedule import Delivery
from apiusage_helpers.text import counted, days_in_words, listed, percent, visible, whole

_KINDS: Mapping[str, Kind] = {"critical": "failure", "warning": "warning", "info": "info"}
_WORDS = {"critical": "critical finding", "warning": "warning", "info": "note"}
_MOST_FINDINGS, _MOST_FAILURES, _MOST_DAYS = 3, 20, 5


@dataclass(frozen=True)
class Limit:
    """A figure of a run that is over the threshold of a delivery, in a headline, and with all that is known of it."""

    headline: str
    sentence: str


@dataclass(frozen=True)
class Published:
    """A published report that is told of: its link, its facts, and where its pages are served (empty: nowhere)."""

    output: Path
    link: Path
    facts: RunFacts
    base_url: str = ""

    @property
    def page(self) -> str:
        """Where a reader finds the page: its address where pages are served, else its path."""
        return self._served() if self.base_url else str(self.link / "report.html")

    def of(self, one: ToldFinding) -> str:
        """Where a reader finds the requests of a finding: the page, filtered where it can be."""
        page = self._served() if self.base_url else (self.link / "report.html").absolute().as_uri()
        return f"{page}#{one.address}" if one.address else page

    def file(self, delivery: Delivery) -> Path | None:
        """The page itself, where it goes with the message."""
        return (self.link / "report.html").resolve() if delivery.attach else None

    def _served(self) -> str:
        place = quote((self.link / "report.html").relative_to(self.output).as_posix())
        return f"{self.base_url.rstrip('/')}/{place}"


def success(told: Published, before: Mapping[str, int] | None, delivery: Delivery) -> Message:
    """A report that has been published; `before` are the totals that it replaces, where they were others."""
    facts, severe = told.facts, _at_least(told.facts, "warning")
    requests = counted(facts.totals["requests"], "request")
    again = f" ({facts.made_again or 'made again'}; {whole(before['requests'])} before)" if before else ""
    parts = [requests + again, *_moved(facts), *_counted(severe)]
    title = f"{_title(facts)}, {days_in_words(facts.interval)}: {', '.join(parts)}"
    parts = [*_findings(told, severe, _MOST_FINDINGS), *_figures(told)]
    worst = _KINDS[severe[0].severity] if severe else "success"
    return Message(title, _body(parts), told.file(delivery), worst, delivery.attach_mb)


def findings(told: Published, limits: Sequence[Limit], found: Sequence[ToldFinding], delivery: Delivery) -> Message:
    """What is newly wrong in a report: figures over their `limits`, with the findings that may explain them, and findings."""
    headlines = [limit.headline for limit in limits]
    ordered = sorted(found, key=lambda one: SEVERITIES.index(one.severity))
    headlines += [_named(ordered[0])] if len(ordered) == 1 and not limits else _counted(ordered)
    title = f"{_title(told.facts)}, {days_in_words(told.facts.interval)}: {', '.join(headlines)}"
    known = [one for one in _at_least(told.facts, "warning") if one not in found] if limits else []
    parts = [limit.sentence for limit in limits]
    parts += [*_findings(told, ordered, _MOST_FAILURES), *_findings(told, known, _MOST_FINDINGS)]
    parts += [*_figures(told), "You get this alert once. It comes again only if it ends and then returns."]
    severities = [one.severity for one in ordered] + (["warning"] if limits else [])
    worst = _KINDS[min(severities, key=SEVERITIES.index)]
    return Message(title, _body(parts), told.file(delivery), worst, delivery.attach_mb)


def failures(report: str, found: Sequence[Failure]) -> Message:
    """What newly fails of a report: its organizations, and sources that cannot be fetched."""
    made = listed([one.of for one in found if not fetched_organization(one.of)])
    sources = listed([name for name in (fetched_organization(one.of) for one in found) if name])
    told = [f"{report} of {made} failed"] if made else []
    told += [f"{sources} could not be fetched" + ("" if made else f" for {report}")] if sources else []
    rest = len(found) - _MOST_FAILURES
    parts = [one.message for one in found[:_MOST_FAILURES]] + (
        [f"{counted(rest, 'more failure')}."] if rest > 0 else []
    )
    last = (
        "The last good report stays where it is, and the schedule tries again. You get this alert once. It comes again only "
        "if the report works and then fails again."
    )
    return Message(f"API Usage: {', '.join(told)}", _body([*parts, last]), None, "failure")


def limits_passed(facts: RunFacts, delivery: Delivery) -> dict[str, Limit]:
    """The figures of a run that are over a threshold, by kind: failed, throttled, change."""
    found = {}
    for kind, over, words in (
        ("failed", delivery.failed_share_over, "of requests failed"),
        ("throttled", delivery.throttled_share_over, "of requests were throttled (429)"),
    ):
        share = facts.share(kind)
        if share is not None and over is not None and share > over:
            headline = f"{percent(share)} {words}"
            told = f"{headline}; this alert is set to more than {percent(over)}."
            found[kind] = Limit(headline, " ".join([told, facts.leaders.get(kind, "")]).strip())
    change, over = facts.change, delivery.change_over
    if change is not None and over is not None and abs(change) > over:
        [headline] = _moved(facts, " requests")
        told = f"{headline[0].upper()}{headline[1:]}; this alert is set to a change of more than {percent(over)}."
        found["change"] = Limit(headline, told)
    return found


def severe_findings(facts: RunFacts, delivery: Delivery) -> list[ToldFinding]:
    """The findings of a run that are at least as severe as a delivery asks for, and that nobody has acknowledged."""
    return _at_least(facts, delivery.severity) if delivery.severity else []


def _at_least(facts: RunFacts, severity: str) -> list[ToldFinding]:
    severe = SEVERITIES[: SEVERITIES.index(severity) + 1]
    return [one for one in facts.findings if one.severity in severe and not one.acknowledged]


def _title(facts: RunFacts) -> str:
    return f"API Usage: {facts.report} of {facts.organization}"


def _moved(facts: RunFacts, what: str = "") -> list[str]:
    """How requests changed from the days before, in words; nothing where they cannot be compared."""
    if facts.change is None:
        return []
    before = facts.interval.compared_with()
    days = days_in_words(before, year=False)
    days = f"{before.start:%A} {days}" if len(before) == 1 else days
    word = "more" if facts.change > 0 else "fewer"
    return [f"{percent(abs(facts.change))} {word}{what} than {days}" if facts.change else f"as many{what} as {days}"]


def _counted(found: Iterable[ToldFinding]) -> list[str]:
    severities = [one.severity for one in found]
    return [counted(severities.count(name), _WORDS[name]) for name in SEVERITIES if name in severities]


def _named(one: ToldFinding) -> str:
    what = one.kind.replace("_", " ")
    return f"{what} ({one.severity})" + (f", {visible(one.client_name or one.client_id)}" if one.client_id else "")


def _findings(told: Published, found: Sequence[ToldFinding], most: int) -> Iterator[str]:
    """The first of some findings whole, then up to `most` in a line each, and how many more there are."""
    for one in found[:_MOST_FINDINGS]:
        yield _finding(told, one)
    yield "\n".join(f"{one.severity.upper()}: {one.cause}" for one in found[_MOST_FINDINGS:most])
    if len(found) > most:
        yield f"{counted(len(found) - most, 'more finding')} on the page."


def _finding(told: Published, one: ToldFinding) -> str:
    """A finding with what to do, since when, and where its requests are."""
    lines = [
        f"{one.severity.upper()}: {one.cause}",
        _since(one, told.facts),
        f"What to do: {one.remedy}",
        told.of(one),
    ]
    return "\n".join(line for line in lines if line)


def _since(one: ToldFinding, facts: RunFacts) -> str:
    """Since when a finding goes on, or on which days it was; empty where nothing is told of them."""
    if not one.start or not one.end:
        return ""
    days = Interval(date.fromisoformat(one.start), date.fromisoformat(one.end))
    if len(days) > 1 and days.end >= facts.interval.end:
        return f"Since {days_in_words(Interval(days.start, days.start))}."
    return f"On {days_in_words(days)}." if len(days) == 1 else f"{days_in_words(days)}."


def _figures(told: Published) -> Iterator[str]:
    """The key figures, what changed, which days lack or moved, and where the page is."""
    facts = told.facts
    yield "\n".join(facts.key_figures or _plain_figures(facts))
    yield "\n".join(facts.changes)
    yield "\n".join([*_gaps(facts), *facts.changed_days()])
    yield f"The whole report: {told.page}"


def _plain_figures(facts: RunFacts) -> Iterator[str]:
    """The figures of a report that hands over none of its own."""
    yield f"Requests: {whole(facts.totals['requests'])}"
    for title, outcome in (("Failed", "failed"), ("Throttled (429)", "throttled")):
        share = facts.share(outcome)
        if share is not None:
            yield f"{title}: {percent(share)}"


def _gaps(facts: RunFacts) -> Iterator[str]:
    for word, days in (("missing", facts.days.missing), ("provisional", facts.days.provisional)):
        if days:
            yield f"{counted(len(days), 'day')} {word}: {listed(days, _MOST_DAYS)}"


def _body(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part)
