"""Every message of the kit, each with what sets it off, as its reader gets it. `pytest -s` prints them all."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from apiusage_helpers.errors import RunError
from apiusage_helpers.runs.notifications.delivery import Message
from apiusage_helpers.runs.scheduling.due import due

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
QUIET = {"failed_share_over": None, "throttled_share_over": None, "change_over": None}
FIGURES = {
    "requests": 2_088_235,
    "outcomes": {"successful": 1_880_041, "failed": 208_194, "throttled": 40_102},
    "previous": {"requests": 2_005_300, "missing": 0},
    "key_figures": [
        "Requests: 2,088,235. 4.1 % more than 10–16 Nov (2,005,300).",
        "Failed: 10.0 %. 208,194 requests. 3.5 points higher: was 6.5 %.",
        "Throttled (429): 1.9 %. 40,102 requests. As before (1.9 %).",
    ],
    "changes": ["82,935 more requests than before (+4.1 %): 2,088,235, up from 2,005,300."],
    "leaders": {"failed": "CRM sync with GET api/v2/users failed most: 120,000 of 208,194 (57.6 %)."},
}
THROTTLING = {
    "kind": "throttling", "severity": "critical", "client_id": "crm", "client_name": "CRM sync", "http_method": "GET",
    "template_uri": "api/v2/users", "start": "2026-11-19", "end": "2026-11-23",
    "cause": "CRM sync was refused 40,102 times with 429 on GET api/v2/users.",
    "remedy": "Wait as long as Retry-After says, and ask less often.",
    "address": "clients=crm&requests=GET%20api%2Fv2%2Fusers&days=2026-11-19",
}  # fmt: skip
NEW_CLIENT = {
    "kind": "new_client", "severity": "info", "client_id": "n8n", "client_name": "n8n trial", "start": "2026-11-20",
    "end": "2026-11-20", "cause": "n8n trial made 600 requests. It made none in the 28 days before the interval.",
    "remedy": "Make sure that somebody knows it.",
}  # fmt: skip
ALLOWANCE = {
    "kind": "allowance", "severity": "warning", "start": "2026-11-01", "end": "2026-11-30",
    "cause": "The allowance of 8,000,000 requests runs out around 27 Nov.", "remedy": "Slow the largest clients down.",
}  # fmt: skip


@pytest.fixture
def told(stub: Any, params_file: Any) -> Any:
    """The messages of one look, with paths shortened; each is printed."""

    def of(now: datetime = NOW, facts: dict[str, Any] | None = None, **schedule: Any) -> list[str]:
        params_file(**schedule)
        stub.facts, before = facts or {}, len(stub.sent)
        due(now, stub.ports())
        return [_printed(message, stub.output) for _, message in stub.sent[before:]]

    return of


def _printed(message: Message, output: Path) -> str:
    attached = f"\n[attached: {message.attach.name}]" if message.attach else ""
    text = f"[{message.kind}] {message.title}\n\n{message.body}{attached}".replace(str(output), "OUTPUT")
    print(f"\n{'-' * 100}\n{text}")
    return text


def test_a_report_in_good_order_is_published(told) -> None:
    """`on: success`."""
    assert told(facts={"outcomes": {"successful": 97, "failed": 3, "throttled": 0}}, deliver=[{"to": "TEAM", "on": "success"}]) == [
        """\
[success] API Usage: daily of a, 17–23 Nov 2026: 100 requests

Requests: 100
Failed: 3.0 %
Throttled (429): 0 %

The whole report: OUTPUT/daily/a/2026-11-17_2026-11-23/report.html"""
    ]  # fmt: skip


def test_a_report_with_findings_is_published(told) -> None:
    """`on: success` with `base_url` and `attach`: the worst findings first, each with a link to the page filtered to it."""
    facts = FIGURES | {"findings": [THROTTLING, ALLOWANCE, NEW_CLIENT]}
    message = told(
        facts=facts,
        deliver=[{"to": "TEAM", "on": "success", "attach": True}],
        base_url="https://reports.example.org/usage/",
    )
    assert message == [
        """\
[failure] API Usage: daily of a, 17–23 Nov 2026: 2,088,235 requests, 4.1 % more than 10–16 Nov, 1 critical finding, 1 warning

CRITICAL: CRM sync was refused 40,102 times with 429 on GET api/v2/users.
Since 19 Nov 2026.
What to do: Wait as long as Retry-After says, and ask less often.
https://reports.example.org/usage/daily/a/2026-11-17_2026-11-23/report.html#clients=crm&requests=GET%20api%2Fv2%2Fusers&days=2026-11-19

WARNING: The allowance of 8,000,000 requests runs out around 27 Nov.
Since 1 Nov 2026.
What to do: Slow the largest clients down.
https://reports.example.org/usage/daily/a/2026-11-17_2026-11-23/report.html

Requests: 2,088,235. 4.1 % more than 10–16 Nov (2,005,300).
Failed: 10.0 %. 208,194 requests. 3.5 points higher: was 6.5 %.
Throttled (429): 1.9 %. 40,102 requests. As before (1.9 %).

82,935 more requests than before (+4.1 %): 2,088,235, up from 2,005,300.

The whole report: https://reports.example.org/usage/daily/a/2026-11-17_2026-11-23/report.html
[attached: report.html]"""
    ]


def test_a_report_with_gaps_is_published_again(told) -> None:
    """`on: success`: a day that was restated, one that is missing, one that may still change."""
    deliver = [{"to": "TEAM", "on": "success"}]
    told(NOW - DAY, deliver=deliver)
    told(deliver=deliver)
    days = {"missing": ["2026-11-18"], "provisional": ["2026-11-23"]}
    restated = [{"date": "2026-11-20", "before": 1000, "after": 1020}]
    message = told(deliver=deliver, parameters={"top": 3}, facts={"requests": 120, "days": days, "restated": restated})
    assert message == [
        """\
[success] API Usage: daily of a, 17–23 Nov 2026: 120 requests (restated; 100 before)

Requests: 120

1 day missing: 2026-11-18
1 day provisional: 2026-11-23
restated 2026-11-20: 1,000 -> 1,020 requests

The whole report: OUTPUT/daily/a/2026-11-17_2026-11-23/report.html"""
    ]


def test_a_single_day_is_compared_with_the_same_weekday(told) -> None:
    """`on: success` of yesterday, a Monday."""
    yesterday = {"parameters": {"date_range": "yesterday"}, "deliver": [{"to": "TEAM", "on": "success"}]}
    [message] = told(facts={"requests": 90, "previous": {"requests": 120, "missing": 0}}, **yesterday)
    assert message.startswith(
        "[success] API Usage: daily of a, 23 Nov 2026: 90 requests, 25.0 % fewer than Monday 16 Nov\n\nRequests: 90\n"
    )


def test_figures_pass_their_thresholds(told) -> None:
    """`on: findings`: three alerts of one report are one message; those that go on are not told again."""
    deliver = [{"to": "OPS", "on": "findings", "change_over": 0.02}]
    assert told(facts=FIGURES, deliver=deliver) == [
        """\
[warning] API Usage: daily of a, 17–23 Nov 2026: 10.0 % of requests failed, 1.9 % of requests were throttled (429), \
4.1 % more requests than 10–16 Nov

10.0 % of requests failed; this alert is set to more than 5.0 %. CRM sync with GET api/v2/users failed most: \
120,000 of 208,194 (57.6 %).

1.9 % of requests were throttled (429); this alert is set to more than 1.0 %.

4.1 % more requests than 10–16 Nov; this alert is set to a change of more than 2.0 %.

Requests: 2,088,235. 4.1 % more than 10–16 Nov (2,005,300).
Failed: 10.0 %. 208,194 requests. 3.5 points higher: was 6.5 %.
Throttled (429): 1.9 %. 40,102 requests. As before (1.9 %).

82,935 more requests than before (+4.1 %): 2,088,235, up from 2,005,300.

The whole report: OUTPUT/daily/a/2026-11-17_2026-11-23/report.html

You get this alert once. It comes again only if it ends and then returns."""
    ]
    assert told(NOW + DAY, facts=FIGURES, deliver=deliver) == []


def test_findings_are_severe_enough(told) -> None:
    """`on: findings, severity: info`: all new ones of a report in one message, the worst first."""
    deliver = [{"to": "OPS", "on": "findings", "severity": "info", **QUIET}]
    [message] = told(facts=FIGURES | {"findings": [NEW_CLIENT, THROTTLING]}, deliver=deliver)
    head, _, rest = message.replace(Path.cwd().as_uri(), "").partition("\n\nRequests:")
    assert head.replace(head[head.index("file://") : head.index("OUTPUT")], "file://") == (
        """\
[failure] API Usage: daily of a, 17–23 Nov 2026: 1 critical finding, 1 note

CRITICAL: CRM sync was refused 40,102 times with 429 on GET api/v2/users.
Since 19 Nov 2026.
What to do: Wait as long as Retry-After says, and ask less often.
file://OUTPUT/daily/a/2026-11-17_2026-11-23/report.html#clients=crm&requests=GET%20api%2Fv2%2Fusers&days=2026-11-19

INFO: n8n trial made 600 requests. It made none in the 28 days before the interval.
On 20 Nov 2026.
What to do: Make sure that somebody knows it.
file://OUTPUT/daily/a/2026-11-17_2026-11-23/report.html"""
    )
    assert rest.endswith("You get this alert once. It comes again only if it ends and then returns.")


def test_many_findings_are_short(told) -> None:
    """The first three in full, then a line each, then a count; each is told once all the same."""
    many = [THROTTLING | {"client_id": f"c{n}", "cause": f"Client {n} was throttled."} for n in range(25)]
    deliver = [{"to": "OPS", "on": "findings", "severity": "warning", **QUIET}]
    [message] = told(facts={"findings": many}, deliver=deliver)

    assert message.startswith("[failure] API Usage: daily of a, 17–23 Nov 2026: 25 critical findings\n")
    assert message.count("What to do: ") == 3
    assert "\n\nCRITICAL: Client 3 was throttled.\nCRITICAL: Client 4 was throttled.\n" in message
    assert "CRITICAL: Client 19 was throttled.\n\n5 more findings on the page.\n" in message
    assert told(NOW + DAY, facts={"findings": many}, deliver=deliver) == []


def test_one_finding_is_named_in_the_title(told) -> None:
    """`on: findings`: what a telephone shows of the message is enough."""
    deliver = [{"to": "OPS", "on": "findings", "severity": "warning", **QUIET}]
    [message] = told(facts={"findings": [THROTTLING]}, deliver=deliver)
    assert message.startswith("[failure] API Usage: daily of a, 17–23 Nov 2026: throttling (critical), CRM sync\n")


def test_a_report_fails(told, stub) -> None:
    """`on: failure`: two organizations, and the source of one of them, are one message."""
    stub.faults = [RunError("cell 3 failed: the store has no day of the interval"), RunError("cell 3 failed")]
    stub.open = {"fetch": "the service answered 503"}
    deliver = [{"to": "OPS", "on": "failure"}]
    assert told(deliver=deliver, fetch=True, parameters={"organization": ["a", "b"]}) == [
        """\
[failure] API Usage: daily of a, b failed, a, b could not be fetched

a: not fetched: the service answered 503

b: not fetched: the service answered 503

daily/a/2026-11-17_2026-11-23: cell 3 failed: the store has no day of the interval

daily/b/2026-11-17_2026-11-23: cell 3 failed

The last good report stays where it is, and the schedule tries again. You get this alert once. It comes again only if \
the report works and then fails again."""
    ]
