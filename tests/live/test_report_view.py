"""The report's selectors without a browser: another choice makes the open section anew, a wrong one is told."""

import base64
from datetime import UTC, date, datetime

import pytest

from apiusage_helpers.live.report_view import explore_report
from apiusage_helpers.reports.api_usage.panels import PANELS
from apiusage_helpers.reports.usage_report import shown_report
from apiusage_helpers.selection import select
from apiusage_helpers.store import Origin, scan, write_days
from apiusage_helpers.usage import usage_table

DAY = date(2026, 11, 1)


def test_a_choice_redraws_the_open_section_and_a_wrong_zone_is_told(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Section 2 counts the chosen client only; a zone that does not exist leaves all as it was."""
    monkeypatch.setenv("APIUSAGE_STORE", str(tmp_path))
    rows = [(DAY, one, one, "GET", "u", 5, 5, 0, 0, 0, 0) for one in ("a", "<b>")]
    write_days("acme", usage_table(rows), [DAY], Origin("test", datetime(2026, 11, 9, tzinfo=UTC)))
    selection = select("acme", f"{DAY}/{DAY}", today="2026-11-24")
    box = explore_report(shown_report(scan(selection), selection, PANELS))
    fields, message, days, sections, _ = box.children

    sections.selected_index = 1
    clients, _, picture = sections.children[1].children
    assert "OAuth clients 2 of 2" in picture.value
    assert "<b></td>" not in picture.value
    clients.hear({"chosen": ["a", "not in the list"]})
    assert "OAuth clients 1 of 2" in picture.value

    zone = next(field for field in fields.children if getattr(field, "description", "") == "Display time zone")
    assert message.layout.display == "none"
    zone.value = "Europe/Berlinn"
    assert "Europe/Berlin" in message.value
    assert ('role="alert"' in message.value, message.layout.display) == (True, "")
    assert zone.value == "UTC"
    zone.value = "America/New_York"
    assert (message.value, message.layout.display) == ("", "none")
    assert "UTC 1 Nov" in base64.b64decode(days.value.partition(";base64,")[2].partition('"')[0]).decode()
