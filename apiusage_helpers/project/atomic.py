"""Small files that come into being whole: a reader sees all of a text or what the file held before, whatever happens.

The text is written and settled beside its place, then moved there in one rename.
"""

import os
from pathlib import Path


def write_text(path: Path, text: str, *, settled: bool = True) -> None:
    """`path` holds `text` from now on; after a fault it holds what it held before, and no draft is left.

    Not `settled`, it does not wait for the disk: for what may be lost with the power, such as a reader's last click.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            if settled:
                file.flush()
                os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
