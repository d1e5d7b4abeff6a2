"""Publishing: in one step, in an order that outlives a power cut, whatever a killed run has left beside it."""

import os
from pathlib import Path
from threading import Thread

import pytest
from run_folders import write_run

from apiusage_helpers.errors import RunError
from apiusage_helpers.runs.records.publish import publish_run
from apiusage_helpers.runs.records.run_facts import published

PLACE = Path("daily/a/2026-11-17_2026-11-23")


def made(output: Path, run_id: str) -> str:
    """The id of a run whose files lie below .runs/."""
    folder = write_run(output / ".runs" / run_id)
    (folder / "report.html").write_text(run_id)
    return run_id


def test_the_draft_of_a_killed_run_is_no_report(tmp_path: Path) -> None:
    """A link that was made and never moved to its place: latest.html and the list of reports do not see it."""
    draft = tmp_path / PLACE.parent / f".{PLACE.name}.99999.new"
    draft.parent.mkdir(parents=True)
    draft.symlink_to(Path("../../.runs") / made(tmp_path, "killed"))
    publish_run(tmp_path, made(tmp_path, "good"), PLACE)

    assert (tmp_path / PLACE.parent / "latest.html").read_text() == "good"
    assert [link.name for link, _ in published(tmp_path, "daily")] == [PLACE.name]


def test_a_run_that_is_gone_leaves_the_last_report(tmp_path: Path) -> None:
    """A link never leads to nothing, whoever has taken the folder away."""
    link = publish_run(tmp_path, made(tmp_path, "good"), PLACE)
    with pytest.raises(RunError, match="the last report stays"):
        publish_run(tmp_path, "taken-away", PLACE)

    assert (link / "report.html").read_text() == "good"


def test_a_run_folder_is_settled_before_a_link_leads_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that holds it is synced first, that of the link last."""
    order: list[str] = []
    sync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        folders = [path for path in tmp_path.rglob("*") if path.is_dir() and not path.is_symlink()]
        order.extend(path.name for path in folders if os.path.samestat(path.stat(), os.fstat(handle)))
        sync(handle)

    def moved(path: Path, target: Path) -> Path:
        order.append(f"-> {target.name}")
        return replace(path, target)

    run_id = made(tmp_path, "good")
    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", moved)
    publish_run(tmp_path, run_id, PLACE)
    assert order == [".runs", f"-> {PLACE.name}", "-> latest.html", "a"]


def test_of_two_intervals_published_at_once_the_newer_is_the_latest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has chosen the newest interval swaps the link before another chooses."""
    older, newer, replace = PLACE, PLACE.with_name("2026-11-18_2026-11-24"), Path.replace
    runs = made(tmp_path, "older"), made(tmp_path, "newer")
    other = Thread(target=publish_run, args=(tmp_path, runs[1], newer))

    def overtaken(path: Path, target: Path) -> Path:
        if target.name == "latest.html" and other.ident is None:
            other.start()
            other.join(0.5)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", overtaken)
    publish_run(tmp_path, runs[0], older)
    other.join()

    assert (tmp_path / PLACE.parent / "latest.html").read_text() == "newer"
