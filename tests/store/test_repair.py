"""Damage of any kind: a store that lost or changed something gives true figures or none, before a repair and after it."""

import os
import random
import shutil
from collections.abc import Callable
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from apiusage_helpers.errors import StoreError
from apiusage_helpers.selection import select
from apiusage_helpers.store import repair_store, scan, stored_days
from apiusage_helpers.store.repair import planned_repair
from tests.store.conftest import writer

DAMAGES = int(os.environ.get("APIUSAGE_DAMAGES", "40"))
Rows = dict[date, list[tuple[object, ...]]]


def rows(root: Path) -> Rows:
    """The rows of each day of acme's November that a report would show."""
    found: Rows = {}
    for row in scan(select("acme", "2026-11-01/2026-11-23", today="2026-11-24"), root=root).rows.fetchall():
        found.setdefault(row[0], []).append(row)
    return {day: sorted(of_day) for day, of_day in found.items()}


def newest(root: Path, table: str) -> Path:
    return max((root / table / "_delta_log").glob("[0-9]*.json"))


def lose_entry(table: str) -> Callable[[Path, random.Random], None]:
    return lambda root, _: newest(root, table).unlink()


def lose_checkpoint(root: Path, _: random.Random) -> None:
    for path in (*(root / "usage" / "_delta_log").glob("*checkpoint*"),):
        path.unlink()


def lose_checksums(root: Path, _: random.Random) -> None:
    shutil.rmtree(root / "files")


def lose_witness(root: Path, _: random.Random) -> None:
    (root / "snapshot.json").unlink()


def any_file(root: Path, dice: random.Random) -> Path:
    return dice.choice(
        sorted(path for path in root.rglob("*") if path.is_file() and path.suffix != ".lock" and path.stat().st_size)
    )


def flip(root: Path, dice: random.Random) -> None:
    path = any_file(root, dice)
    whole = bytearray(path.read_bytes())
    whole[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
    path.write_bytes(whole)


def cut(root: Path, dice: random.Random) -> None:
    path = any_file(root, dice)
    path.write_bytes(path.read_bytes()[: dice.randrange(path.stat().st_size)])


def swap(root: Path, dice: random.Random) -> None:
    one = any_file(root, dice)
    other = dice.choice([path for path in sorted(one.parent.iterdir()) if path.suffix == one.suffix and path.is_file()])
    texts = one.read_bytes(), other.read_bytes()
    one.write_bytes(texts[1])
    other.write_bytes(texts[0])


KINDS = {
    "newest entry": lose_entry("usage"), "newest checksum entry": lose_entry("files"), "checkpoint": lose_checkpoint,
    "checksum table": lose_checksums, "witness": lose_witness, "flip": flip, "truncation": cut, "swap": swap,
}  # fmt: skip
CASES = [(name,) for name in KINDS] + list(combinations(KINDS, 2))


@pytest.fixture
def store(root, stored_once) -> Path:
    """Days that were written, written again with other figures, and renamed; old files still lie beside the new ones."""
    shutil.copytree(stored_once, root, copy_function=shutil.copy2)
    return root


@pytest.fixture(scope="module")
def stored_once(tmp_path_factory) -> Path:
    """What each test has a copy of."""
    root = tmp_path_factory.mktemp("stored") / "store"
    write = writer(root)
    write(range(1, 10))
    write(range(10, 15), 77, name="Wallboard")
    write([20], 5, organization="umbrella")
    for number in range(8):
        write([15 + number % 3], 100 + number)
    write([2, 11], 999)
    return root


@pytest.mark.load
def test_no_damage_gives_a_false_figure(store, tmp_path) -> None:
    """Lost entries of logs, checkpoints, checksum tables, flips, truncations, swaps, and any two of them: never a false row.

    A repair ends, and then every day is as it was or gone; what it dropped is named.
    """
    truth, dice = rows(store), random.Random(17)
    for number in range(DAMAGES):
        case = CASES[number % len(CASES)]
        root = tmp_path / "damaged"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(store, root, copy_function=shutil.copy2)
        for name in case:
            KINDS[name](root, dice)
        shown = seen(root)
        assert shown is None or shown == truth, (number, case)
        try:
            repaired, _ = repair_store(root)
        except StoreError:
            continue
        after = seen(root)
        if after is None:  # refused still, and told: a log that was changed by hand is not put right
            continue
        gone = {day for one in repaired if one.organization == "acme" for day in one.gone}
        assert {day: of_day for day, of_day in after.items() if truth.get(day) != of_day} == {}, (number, case)
        assert truth.keys() - after.keys() <= gone, (number, case)


def seen(root: Path) -> Rows | None:
    """What a report would show; None where it is refused."""
    try:
        return rows(root)
    except StoreError:
        return None


@pytest.mark.parametrize("damaged", [lambda whole: whole[:100], lambda whole: bytes([whole[0] ^ 8]) + whole[1:]])
def test_a_lost_entry_whose_file_is_damaged_too_takes_its_month_along(store, damaged) -> None:
    """Nothing shows which days the file held, so each older row of its month may be superseded."""
    newest(store, "usage").unlink()
    live = newest_file(store)
    live.write_bytes(damaged(live.read_bytes()))

    repaired, _ = repair_store(store)

    assert [(one.organization, len(one.gone)) for one in repaired] == [("acme", 17)]
    with pytest.raises(StoreError, match="acme is not in the store"):
        rows(store)


def test_a_lost_entry_is_said_and_repaired(store) -> None:
    """The days of the lost entry are dropped, named with the command that brings them back, and can be written again."""
    newest(store, "usage").unlink()
    with pytest.raises(StoreError, match=r"its log ends at entry \d+, and entry \d+ was written.*apiusage repair"):
        rows(store)

    repaired, unknown = repair_store(store)

    assert [(one.organization, [day.day for day in one.gone]) for one in repaired] == [("acme", [2, 11])]
    assert not unknown
    assert {day.day for day in rows(store)} == {*range(1, 18)} - {2, 11}


def test_a_repair_is_tried_on_a_copy_that_nobody_writes_to(store, monkeypatch) -> None:
    """A writer waits while it is made; the store itself, its note included, stays as it was."""
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file() and path.suffix != ".lock"}
    copied, may_write = shutil.copytree, set[bool]()

    def copy(*arguments: object) -> None:
        try:
            with FileLock(store / "write.lock", timeout=0):
                may_write.add(True)
        except Timeout:
            may_write.add(False)
        copied(*arguments)

    monkeypatch.setattr(shutil, "copytree", copy)

    assert planned_repair(store) == ((), False)
    assert may_write == {False}
    assert {path: path.read_bytes() for path in before} == before


def test_days_that_stand_twice_in_the_log_are_dropped(write, root) -> None:
    """Each file is sound by itself, and so is what is left after the repair that a report asks for."""
    write([1, 2])
    write([3])
    write([1], 20)
    entry = newest(root, "usage")  # without the line that takes the older file out
    entry.write_text("".join(line for line in entry.read_text().splitlines(keepends=True) if '"remove"' not in line))
    with pytest.raises(StoreError, match="apiusage repair"):
        rows(root)

    repaired, _ = repair_store(root)

    assert [(one.organization, [day.day for day in one.gone]) for one in repaired] == [("acme", [1, 2])]
    assert {day.day for day in rows(root)} == {3}


def test_a_log_whose_entries_changed_places_gives_no_older_day(store) -> None:
    """It holds day 16 twice, and the older rows of days 2 and 11, of whose newest file no checksum is left: all three go."""
    truth = rows(store)
    newest(store, "files").unlink()
    early, late = (store / "usage" / "_delta_log" / f"{number:020}.json" for number in (4, 12))
    texts = early.read_bytes(), late.read_bytes()
    early.write_bytes(texts[1])
    late.write_bytes(texts[0])

    repaired, _ = repair_store(store)

    after = rows(store)
    assert {day: of_day for day, of_day in after.items() if truth[day] != of_day} == {}
    gone = set(repaired[0].gone)
    assert truth.keys() - after.keys() <= gone
    assert {day.day for day in gone} >= {2, 11, 16}


def test_checksums_of_an_organization_that_has_left_the_log_are_taken_out(write, root) -> None:
    """Nothing asks for a repair again after it."""
    write([1])
    write([2], 99, organization="umbrella")
    entry = newest(root, "usage")
    entry.write_text(entry.read_text().replace('"organization":"umbrella"', '"organization":"acme"'))

    repair_store(root)

    assert stored_days("umbrella", root=root) == ()
    assert {day.day for day in rows(root)} == {1}


def test_an_older_file_in_the_place_of_one_without_a_checksum_is_not_taken(write, root) -> None:
    """It has the size of the newer one and agrees with its own markers, and no file between them shows days 2 and 11 otherwise.

    The log says other rows.
    """
    write([1, 2, 3, 11], 300)
    for _ in range(30):  # the rows of a file come in any order, which moves its size by a few bytes
        older = written_again(write, root, 302, 401)
        newer = written_again(write, root, 301, 402)
        if newer.stat().st_size == older.stat().st_size:
            break
    assert newer.stat().st_size == older.stat().st_size
    newest(root, "files").unlink()
    texts = newer.read_bytes(), older.read_bytes()
    newer.write_bytes(texts[1])
    older.write_bytes(texts[0])

    repaired, _ = repair_store(root)

    assert {day.day for day in repaired[0].gone} >= {1, 2, 3, 11}
    assert seen(root) is None


def written_again(write: Callable[..., object], root: Path, third: int, others: int) -> Path:
    """The file of a month whose day 3 was written again, and then its days 2 and 11."""
    write([3], third)
    write([2, 11], others)
    return newest_file(root)


def newest_file(root: Path) -> Path:
    return max((root / "usage" / "organization=acme").rglob("*.parquet"), key=lambda path: path.stat().st_mtime_ns)
