"""pyarrow without pandas."""

import subprocess
import sys

CODE = """
import sys
from apiusage_helpers.project.light_pyarrow import lighten
lighten()
import pyarrow as pa
made = pa.table({"a": ["x", None], "n": [1, 2]})
assert pa.default_memory_pool().backend_name == "system"
assert "pandas" not in sys.modules
assert list(made.to_pandas()["n"]) == [1, 2]
assert pa.array(made.to_pandas()["n"]).to_pylist() == [1, 2]
import pandas
"""


def test_lists_become_arrays_without_pandas_and_who_asks_for_it_gets_it() -> None:
    """A process that begins with `lighten`."""
    ended = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, "")
