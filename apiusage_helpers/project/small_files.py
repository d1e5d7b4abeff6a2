"""Small files of the kit's own and of its user: read only where they are files, and written whole.

A reader sees all of a text or what the file held before, whatever happens: the text is written and settled beside its place,
then moved there in one rename.
"""

import errno
import os
import stat
from pathlib import Path

MOST_BYTES = 64 * 1024 * 1024


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """What a file holds; OSError also where it is no regular file or larger than `most`: nothing waits for a pipe or device."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        if facts.st_size > most:
            raise OSError(errno.EFBIG, f"larger than {most:,} bytes", str(path))
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(descriptor)


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
