"""run.json: what does not fit is as if it were not there, and no other report minds."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from run_folders import FACTS, write_run

from apiusage_helpers.errors import RunError
from apiusage_helpers.runs.catalog.index_pages import rebuild_pages
from apiusage_helpers.runs.catalog.listing import runs
from apiusage_helpers.runs.records.publish import publish_run
from apiusage_helpers.runs.records.run_facts import facts_of, published, write_facts

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
)


def test_what_a_run_tells_is_read_as_values(tmp_path: Path) -> None:
    """Days are days, absent figures are none, what is not known is passed over."""
    facts = facts_of(write_run(tmp_path, previous={"requests": 80, "missing": 0}, outcomes={"failed": 25}, more=1))

    assert facts is not None
    assert (str(facts.interval), facts.place) == ("2026-11-17/2026-11-23", Path("daily/a/2026-11-17_2026-11-23"))
    assert (facts.totals, facts.share("failed"), facts.share("throttled")) == (
        {"requests": 100, "failed": 25},
        0.25,
        None,
    )
    assert (facts.change, facts.by_schedule, facts.made_again) == (0.25, False, "")


@pytest.mark.parametrize("lost", ["report", "organization", "interval", "status", "started_at"])
def test_a_run_without_what_it_must_tell_is_none(tmp_path: Path, lost: str) -> None:
    """Absent is not empty."""
    told = {name: value for name, value in FACTS.items() if name != lost}
    (tmp_path / "run.json").write_text(json.dumps(told))

    assert facts_of(tmp_path) is None


@given(name=st.sampled_from(sorted(FACTS)), value=JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_field_of_any_shape_stops_the_others(tmp_path: Path, name: str, value: Any) -> None:
    """Lists and pages are made whatever stands in a field of one run."""
    output = tmp_path / "output"
    for folder in (output / ".runs" / "1", output / ".runs" / "2"):
        write_run(folder, organization="a" if folder.name == "1" else "b")
        (folder / "report.html").write_text("<p>report</p>")
    publish_run(output, "1", Path("daily/a/2026-11-17_2026-11-23"))
    publish_run(output, "2", Path("daily/b/2026-11-17_2026-11-23"))
    write_run(output / ".runs" / "1", **{name: value})

    rebuild_pages(output, NOW)

    assert "b" in [run["organization"] for run in runs(output)]
    assert "daily/b/2026-11-17_2026-11-23/report.html" in (output / "index.html").read_text()


def test_a_strangers_link_is_passed_over(tmp_path: Path) -> None:
    """A link that stands elsewhere than its run belongs, leads round in a circle or to nothing is not published."""
    write_run(tmp_path / ".runs" / "1")
    for link, to in (("daily/a/not_mine", "../../.runs/1"), ("daily/a/2026-11-17_2026-11-23", "2026-11-17_2026-11-23")):
        (tmp_path / link).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / link).symlink_to(to)

    assert list(published(tmp_path, "daily")) == []


def test_a_notebook_that_hands_over_what_does_not_fit_is_a_failed_run(tmp_path: Path) -> None:
    """The message names its file; nothing is written."""
    with pytest.raises(RunError, match=r"facts\.json, which the notebook wrote, does not fit"):
        write_facts(tmp_path, FACTS, {"days": ["2026-11-17"]})

    assert list(tmp_path.iterdir()) == []
