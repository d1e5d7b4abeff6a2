"""What breaks a store, and what its readers and writers then say. Never a wrong figure."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from apiusage_helpers.errors import StoreError
from apiusage_helpers.interval import Interval
from apiusage_helpers.selection import select
from apiusage_helpers.store import Origin, checksums, delta, forget_days, scan, stored_days, write_days
from apiusage_helpers.store.engines.duck import connect
from apiusage_helpers.usage import usage_table

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("APIUSAGE_KILLS", "8"))


def figures(root: Path) -> list[tuple]:
    """All rows of acme's November, in order."""
    return sorted(scan(select("acme", "2026-11-01/2026-11-23", today="2026-11-24"), root=root).rows.fetchall())


def data_files(root: Path) -> list[Path]:
    return sorted((root / "usage").rglob("*.parquet"))


def test_every_flipped_bit_is_noticed(root, write) -> None:
    """100 single-bit flips over the files: each is refused with the days it may hold."""
    write(range(1, 10))
    write(range(10, 15), 77)
    draw = random.Random(7)
    for _ in range(100):
        path = draw.choice(data_files(root))
        whole = path.read_bytes()
        place = draw.randrange(len(whole))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << draw.randrange(8)]) + whole[place + 1 :])
        with pytest.raises(StoreError, match=r"may hold 2026-11-\d\d to 2026-11-\d\d of acme"):
            figures(root)
        path.write_bytes(whole)
    assert len(figures(root)) == 14


@pytest.mark.parametrize("damage", ["truncated", "zeroed", "missing"])
def test_a_damaged_file_is_named_and_its_days_can_be_forgotten(root, write, damage) -> None:
    """The message says which days it may hold and asks for a repair; after a forget the days of other files are as they were."""
    write([1, 2, 3])
    write([10, 11], 77)
    first = next(path for path in data_files(root) if _days_of(root, path) == (1, 3))
    if damage == "missing":
        first.unlink()
    else:
        first.write_bytes(first.read_bytes()[:100] if damage == "truncated" else bytes(first.stat().st_size))

    with pytest.raises(StoreError, match=r"2026-11-01 to 2026-11-03 of acme; try: apiusage repair$"):
        figures(root)
    assert forget_days("acme", Interval(date(2026, 11, 1), date(2026, 11, 3)), root=root) == tuple(
        date(2026, 11, d) for d in (1, 2, 3)
    )
    assert [row[5] for row in figures(root)] == [77, 77]


def _days_of(root: Path, path: Path) -> tuple[int, int]:
    files = delta.stored_files(delta.open_table(root), "acme")
    found = next(file for file in files if path.name in file.path)
    return found.first.day, found.last.day


def test_rows_of_another_program_are_refused(root, write) -> None:
    """A file appended to the table by anything else is no part of a report."""
    write([1, 2])
    stranger = delta.read_files(connect(), root, delta.stored_files(delta.open_table(root), "acme")).to_arrow_table()
    partition = {"organization": pa.array(["acme"] * len(stranger)), "month": pa.array(["2026-11"] * len(stranger))}
    for name, column in partition.items():
        stranger = stranger.append_column(name, column)
    write_deltalake(root / "usage", stranger, mode="append")

    with pytest.raises(StoreError, match="not written by this kit"):
        figures(root)


def test_a_file_whose_writer_was_killed_before_its_checksum_is_adopted(root, write, monkeypatch) -> None:
    """Its days agree with their markers: the figures are reported, and the checksum is recorded."""
    write([1, 2])
    with monkeypatch.context() as patch:
        patch.setattr(checksums, "record", lambda *_: None)
        patch.setattr(delta, "settle", lambda *_: None)
        write([3, 4], 77)

    assert [row[5] for row in figures(root)] == [10, 10, 77, 77]
    damaged = data_files(root)[-1]
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:])
    with pytest.raises(StoreError, match="is not as it was written"):
        figures(root)


@pytest.mark.parametrize("content", ["file", "folder", "table"])
def test_a_store_of_another_program_stays_untouched(root, write, content) -> None:
    """Neither read nor written: the message says what is there and what to do."""
    if content == "file":
        root.write_text("mine")
    elif content == "folder":
        root.mkdir()
        (root / "notes.txt").write_text("mine")
    else:
        write_deltalake(root / "usage", usage_table([]), name="mine")
    before = sorted(
        (path, path.read_bytes()) for path in [root, *root.rglob("*")] if path.is_file() and path.suffix != ".lock"
    )

    with pytest.raises(StoreError, match="APIUSAGE_STORE"):
        write([1])
    with pytest.raises(StoreError):
        stored_days("acme", root=root)
    assert (
        sorted(
            (path, path.read_bytes()) for path in [root, *root.rglob("*")] if path.is_file() and path.suffix != ".lock"
        )
        == before
    )


def test_a_log_that_cannot_be_read_is_said(root, write) -> None:
    """A torn log entry is no traceback."""
    write([1])
    next((root / "usage" / "_delta_log").glob("*.json")).write_text('{"add": ')

    with pytest.raises(StoreError, match="log cannot be read"):
        figures(root)


def test_a_full_disk_leaves_the_days_as_they_were(root, write) -> None:
    """A writer that may not write more says so; nothing of it is seen."""
    write([1, 2])
    before = figures(root)
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600)); import signal; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); sys.path.insert(0, sys.argv[2]); "
        "from pathlib import Path; from datetime import *; from apiusage_helpers.store import *; "
        "from apiusage_helpers.usage import usage_table; day = date(2026, 11, 2)\n"
        "try: write_days('acme', usage_table([(day, 'b', 'B', 'GET', 'u', 1, 1, 0, 0, 0, 0)]), [day], "
        "Origin('sample', datetime.now(UTC)), root=Path(sys.argv[1]))\n"
        "except Exception as fault: print(type(fault).__name__, fault)"
    )
    done = subprocess.run([sys.executable, "-c", code, root, ROOT], capture_output=True, text=True, check=False)

    assert done.stdout.startswith("StoreError"), done
    assert "cannot be written: File too large" in done.stdout
    assert done.stderr == ""  # no backtrace of the engine
    assert figures(root) == before


def test_two_writers_at_once_both_succeed(root, write) -> None:
    """One waits for the other; neither's days are lost."""
    write([1])
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path; from datetime import *; "
        "from apiusage_helpers.store import *; from apiusage_helpers.usage import usage_table\n"
        "for n in range(int(sys.argv[3]), int(sys.argv[3]) + 5):\n"
        " day = date(2026, 11, n); write_days('acme', usage_table([(day, 'b', 'B', 'GET', 'u', n, n, 0, 0, 0, 0)]), [day], "
        "Origin('sample', datetime.now(UTC)), root=Path(sys.argv[1]))"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, root, ROOT, str(start)]) for start in (2, 10)]

    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert [day.date.day for day in stored_days("acme", root=root)] == [1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14]


def test_a_reader_beside_a_writer_sees_whole_states_and_no_fault(root, write) -> None:
    """While days are written again and again, every read succeeds, and all its days are of one write."""
    write(range(1, 6), 1)
    seen, stop = list[set[int]](), threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.append({row[5] for row in figures(root)})

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read)
        for number in range(2, 16):
            write(range(1, 6), number)
        stop.set()
        reader.result()

    assert len(seen) > 5
    assert [len(values) for values in seen if len(values) != 1] == []
    assert figures(root)[0][5] == 15


def test_a_lock_that_is_held_is_said(root, write) -> None:
    """A writer that would wait too long says that another one is writing."""
    write([1])
    with (
        delta.writing(root),
        pytest.raises(StoreError, match="another import has been writing"),
        delta.writing(root, seconds=0),
    ):
        pass


@pytest.mark.kills
def test_a_killed_writer_leaves_each_day_whole(root, write) -> None:
    """SIGKILL at random moments: every day is wholly the old or wholly the new one, and the next write goes on."""
    write(range(1, 6))
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path; from datetime import *; "
        "from apiusage_helpers.store import *; from apiusage_helpers.usage import usage_table; n = int(sys.argv[3])\n"
        "days = [date(2026, 11, d) for d in range(1, 6)]; print('ready', flush=True)\n"
        "while True:\n"
        " n += 1; write_days('acme', usage_table([(day, 'a', 'A', 'GET', f'u{k}', n, n, 0, 0, 0, 0) for day in days "
        "for k in range(3)]), days, Origin('sample', datetime.now(UTC)), root=Path(sys.argv[1]))"
    )
    draw = random.Random(11)
    for start in range(100, 100 + KILLS * 1000, 1000):
        writer = subprocess.Popen([sys.executable, "-c", code, root, ROOT, str(start)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(draw.uniform(0.0, 0.4))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        rows = figures(root)
        assert len({row[5] for row in rows}) == 1, "the days of one commit belong together"
        assert len(rows) in {5, 15}


class StoreAgainstModel(RuleBasedStateMachine):
    """Writes and forgets in any order leave what a plain dict says."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name) / "store"
        self.model: dict[int, int] = {}

    @rule(days=st.sets(st.integers(1, 6), min_size=1), requests=st.integers(0, 3))
    def write(self, days: set[int], requests: int) -> None:
        dates = [date(2026, 11, day) for day in sorted(days)]
        rows = [(day, "a", "A", "GET", "u", requests, requests, 0, 0, 0, 0) for day in dates if requests]
        from datetime import UTC, datetime

        write_days(
            "acme", usage_table(rows), dates, Origin("sample", datetime(2026, 11, 24, tzinfo=UTC)), root=self.root
        )
        self.model |= dict.fromkeys(days, requests)

    @rule(first=st.integers(1, 6), last=st.integers(1, 6))
    def forget(self, first: int, last: int) -> None:
        span = range(min(first, last), max(first, last) + 1)
        if set(span) & set(self.model):
            forget_days("acme", Interval(date(2026, 11, span[0]), date(2026, 11, span[-1])), root=self.root)
        self.model = {day: count for day, count in self.model.items() if day not in span}

    @invariant()
    def same(self) -> None:
        assert {day.date.day: day.requests for day in stored_days("acme", root=self.root)} == self.model

    def teardown(self) -> None:
        self.folder.cleanup()


TestStoreAgainstModel = StoreAgainstModel.TestCase
TestStoreAgainstModel.settings = settings(max_examples=10, stateful_step_count=8, deadline=None)
