"""DuckDB within its memory: what does not fit is put aside, privately, and gone with the process."""

import stat
import subprocess
import sys

from apiusage_helpers.store.engines import duck

_MANY = "select i % 1500000 as k, sum(i) as n from range(3000000) r(i) group by k"


def test_what_does_not_fit_into_memory_is_put_aside() -> None:
    """A grouping larger than its memory has the same sums as one that fits, in a folder that nobody else may look into."""
    sums = "count(*), sum(n), min(k)"
    small, large = (duck.connect(memory).sql(_MANY).aggregate(sums).fetchall() for memory in ("40MB", "1GB"))

    assert small == large
    assert stat.S_IMODE(duck.Path(duck._own_folder().name).stat().st_mode) == 0o700


def test_nothing_is_left_when_the_process_ends(tmp_path) -> None:
    """The temporary folder is gone with whoever spilled into it."""
    code = f"from apiusage_helpers.store.engines import duck; print(duck.connect('40MB').sql('{_MANY}').count('k').fetchall())"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=True
    )

    assert "1500000" in done.stdout
    assert list(tmp_path.iterdir()) == []
