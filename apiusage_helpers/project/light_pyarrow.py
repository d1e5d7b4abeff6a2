"""pyarrow as a command wants it that only stores rows: with the system's allocator, and without pandas.

pyarrow imports pandas, a fifth of a second, to see whether a list that it is given is one of its columns.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

import pyarrow as pa


class _NoPandas(MetaPathFinder):
    """As long as this is asked first, there is no pandas."""

    def find_spec(self, name: str, *_: Sequence[str] | ModuleType | None) -> None:
        """Nothing, so that the next finder is asked; ImportError for pandas."""
        if name == "pandas":
            raise ImportError(name)


def lighten() -> None:
    """This process reads large results a sixth faster; who imports pandas later, or asks pyarrow for its tables, gets it."""
    pa.set_memory_pool(pa.system_memory_pool())
    absent = _NoPandas()
    sys.meta_path.insert(0, absent)
    try:
        pa.array([0])  # pyarrow looks for pandas once
    finally:
        sys.meta_path.remove(absent)
