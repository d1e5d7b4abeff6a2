"""What native code writes to stderr: held back while it works, and dropped where it fails, since its fault is told in words."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_back() -> Iterator[None]:
    """Nothing reaches stderr meanwhile; afterwards what was written does, if no exception passed.

    Where the system has no files in memory, nothing is held back: a full disk is what it is for.
    """
    if not hasattr(os, "memfd_create"):
        yield
        return
    sys.stderr.flush()
    held, ours = os.memfd_create("stderr"), os.dup(2)
    os.dup2(held, 2)
    try:
        yield
        sys.stderr.flush()
        written = os.pread(held, os.fstat(held).st_size, 0)
    except BaseException:
        written = b""
        raise
    finally:
        os.dup2(ours, 2)
        os.close(ours)
        os.close(held)
        if written:
            os.write(2, written)
