"""Mishaps half-way: a commit that stands though what followed it failed, and damage that meets a writer."""

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake

from apiusage_helpers.errors import ParameterError, StoreError, UsageError
from apiusage_helpers.interval import Interval
from apiusage_helpers.selection import select
from apiusage_helpers.store import Repaired, checksums, delta, forget_days, repair_store, scan, stored_days, witness
from apiusage_helpers.store.engines.duck import connect
from apiusage_helpers.store.repair import planned_repair


def requests(root: Path) -> dict[int, int]:
    """Requests by day of acme's November, as a report would see them."""
    usage = scan(select("acme", "2026-11-01/2026-11-23", today="2026-11-24"), root=root)
    rows = usage.rows.aggregate("date, sum(requests)", "date").fetchall()
    return {day.day: int(count) for day, count in rows}


def forget(root: Path, first: int, last: int) -> list[int]:
    gone = forget_days("acme", Interval(date(2026, 11, first), date(2026, 11, last)), root=root)
    return [day.day for day in gone]


def append_again(root: Path, first: int) -> None:
    """What another program does that copies the rows of the file which starts on day `first`."""
    files = [file for file in delta.stored_files(delta.open_table(root), "acme") if file.first.day == first]
    copy = delta.read_files(connect(), root, files).to_arrow_table()
    for name, value in {"organization": "acme", "month": "2026-11"}.items():
        copy = copy.append_column(name, pa.array([value] * len(copy)))
    write_deltalake(root / "usage", copy, mode="append")


@pytest.mark.parametrize("step", [(delta, "compact"), (checksums, "record"), (delta, "sweep")])
def test_a_commit_stands_though_the_tidying_after_it_failed(root, write, monkeypatch, step) -> None:
    """A disk that fills up right after the commit costs no day, neither the new figures nor the old."""
    write([1, 2])

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(*step, no_space)
        write([2, 3], 77)

    assert requests(root) == {1: 10, 2: 77, 3: 77}


def test_a_damaged_list_of_clients_keeps_no_days_from_being_settled(root, write) -> None:
    """At the entry where its files would be swept it stays as it is; the write of days ends as any other."""
    write([1])
    log = root / "clients" / "_delta_log" / f"{delta.TIDY_EVERY:020}.json"
    log.parent.mkdir(parents=True)
    log.write_text("{torn")
    write([2])

    assert witness.seen(root) == witness.Witness(
        delta.version(root, "usage"), delta.version(root, "files"), clients=True
    )
    assert log.read_text() == "{torn"
    assert requests(root) == {1: 10, 2: 10}


def test_a_fault_on_the_way_leaves_no_dead_file(root, write) -> None:
    """Files that no commit names go with the fault; those of the store stay."""
    write([1])
    before = sorted(root.rglob("*.parquet"))

    def fail() -> None:
        (root / "usage" / "dead.parquet").write_bytes(b"PAR1")
        raise OSError(28, "No space left on device")

    with pytest.raises(StoreError, match="cannot be written"), delta.writing(root):
        fail()

    assert sorted(root.rglob("*.parquet")) == before
    assert requests(root) == {1: 10}


@pytest.mark.parametrize("first", [1, 5])
def test_forgetting_a_day_does_not_make_foreign_rows_the_stores_own(root, write, first) -> None:
    """A day that appears twice is refused also after other days went, until it is forgotten itself."""
    write([1, 2])
    write([5])
    append_again(root, 1)

    assert forget(root, first, first) == [first]
    with pytest.raises(StoreError, match="2026-11-02"):
        requests(root)
    forget(root, 1, 2)
    write([1], 3)
    assert requests(root) == ({1: 3, 5: 10} if first == 1 else {1: 3})


def test_days_beside_a_damaged_file_can_be_forgotten(root, write) -> None:
    """They go; the damaged file is refused as before, and goes with its own days."""
    write([1, 2])
    write([10, 11], 77)
    write([12], 5)
    damaged = next(file for file in delta.stored_files(delta.open_table(root), "acme") if file.first.day == 1)
    (root / "usage" / damaged.path).write_bytes(b"PAR1")

    assert forget(root, 10, 11) == [10, 11]
    with pytest.raises(StoreError, match="2026-11-01 to 2026-11-02"):
        requests(root)
    assert forget(root, 1, 1) == [1, 2]
    assert requests(root) == {12: 5}


def test_a_file_filed_under_another_organization_is_refused(root, write) -> None:
    """A log that was changed by hand gives no organization the rows of another."""
    write([1])
    write([2], 99, organization="umbrella")
    entry = max((root / "usage" / "_delta_log").glob("*.json"))
    entry.write_text(entry.read_text().replace('"organization":"umbrella"', '"organization":"acme"'))

    with pytest.raises(StoreError, match="under another organization"):
        requests(root)


@pytest.mark.parametrize("name", ["usage", "files"])
def test_a_writer_killed_on_a_first_commit_leaves_a_store_that_can_be_written(root, write, name) -> None:
    """A log without any entry is no table yet."""
    if name == "files":
        write([1])
        shutil.rmtree(root / "files")
        witness.begin(root, usage=delta.version(root, "usage"), files=-1)
    (root / name / "_delta_log").mkdir(parents=True)
    (root / name / "_delta_log" / "_commit_1.json.tmp").write_text("{")
    write([1, 2])

    assert requests(root) == {1: 10, 2: 10}


@pytest.mark.parametrize("lost", ["_delta_log", ""])
def test_a_log_that_is_gone_is_said(root, write, lost) -> None:
    """Days that were stored are not taken for a store that never was, and the advice, which no repair contradicts, helps."""
    write([1])
    shutil.rmtree(root / "usage" / lost)
    away = f"mv {root} {root}.lost"

    for ask in (lambda: requests(root), lambda: write([2]), lambda: repair_store(root), lambda: planned_repair(root)):
        with pytest.raises(StoreError, match=f"log is gone.*: {away}, then apiusage fetch --organization acme"):
            ask()
    subprocess.run(away.split(), check=True)
    write([1], 20)
    assert requests(root) == {1: 20}


def test_a_log_of_checksums_that_cannot_be_read_is_made_anew(root, write) -> None:
    """The message says what to remove, and that a repair follows."""
    write([1])
    next((root / "files" / "_delta_log").glob("*.json")).write_text("{")

    with pytest.raises(StoreError, match=f"remove the folder {root / 'files'}, then apiusage repair"):
        requests(root)
    shutil.rmtree(root / "files")
    repair_store(root)
    assert requests(root) == {1: 10}


def test_a_torn_checksum_table_is_repaired(root, write) -> None:
    """Nothing is reported until it is made anew, from files that agree with their markers; that is said."""
    write([1])
    (listed,) = (root / "files").rglob("*.parquet")
    torn = pq.read_table(listed, partitioning=None).rename_columns(["way", "sha256"])
    pq.write_table(torn, listed)

    with pytest.raises(StoreError, match="its checksum is lost"):
        requests(root)
    assert repair_store(root) == ((Repaired("acme", (), 1),), False)
    assert requests(root) == {1: 10}


@pytest.mark.parametrize("name", ["a [b]", "a|b", "a^b", "a\\b", "per%20cent"])
def test_a_folder_that_deltalake_cannot_use_is_said(tmp_path, name) -> None:
    """One message names the folder; nothing is written to a folder of another name."""
    with pytest.raises(StoreError, match="APIUSAGE_STORE"):
        stored_days("acme", root=tmp_path / name / "store")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a*", "a?", "50% done", "Jahr für Jahr", "a{b}"])
def test_other_folder_names_are_names_not_patterns(tmp_path, root, name, write) -> None:
    """A store beside it whose name fits the pattern is not read."""
    write([1])
    root.rename(tmp_path / name)
    shutil.copytree(tmp_path / name, tmp_path / "ab")

    assert requests(tmp_path / name) == {1: 10}


def test_hidden_files_of_the_system_do_not_matter(root, write) -> None:
    """Those that a file manager leaves in any folder."""
    write([1])
    (root / ".DS_Store").write_text("")
    write([2])

    assert requests(root) == {1: 10, 2: 10}


def test_no_days_and_no_name_are_refused(root, write) -> None:
    """Nothing is written, and no text of a name reaches a predicate."""
    with pytest.raises(UsageError, match="no day"):
        write([])
    with pytest.raises(ParameterError, match="organization"):
        write([1], organization="a' OR '1'='1")
    with pytest.raises(ParameterError, match="organization"):
        forget_days("a' OR '1'='1", root=root)
    assert not root.exists()
