"""How the processes of a run start: the kernel first, the runner beside it, and neither with what a run does not need.

Two optional packages are left out. nbformat validates notebooks with jsonschema, which builds a grammar for internationalized
addresses (rfc3987-syntax, by lark) wherever that is there: two thirds of a second for what no schema of a notebook has.
ipykernel loads debugpy in every kernel, for a debugger that nobody attaches to a run.
"""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_COLLECT_AFTER = 200_000  # objects more than before; most of what a report makes is gone by itself


def leave_out() -> None:
    """This process finds no grammar for addresses and no debugger; what looks for them must not have been imported yet."""
    for name in ("rfc3987_syntax", "debugpy"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None is how Python says "absent"


@contextmanager
def loading() -> Iterator[None]:
    """What is imported inside stays: the garbage collector looks at none of it, then or later, and seldom at the rest."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(_COLLECT_AFTER, 10, 10)
        gc.enable()


def main() -> None:
    """Start the kernel, import beside it, and be the runner; without an order for it, end."""
    module = "apiusage_helpers.runs.execution"
    with subprocess.Popen(  # noqa: S603  # our own module
        [sys.executable, "-m", f"{module}.kernel"], stdin=subprocess.PIPE, start_new_session=True
    ) as kernel:
        try:
            leave_out()
            with loading():
                from apiusage_helpers.runs.execution import execute  # noqa: PLC0415  # after the kernel was started

                execute.load()
            execute.run_ordered(kernel)
        finally:
            kernel.kill()


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # nothing is left to do, and to take down what was loaded takes a tenth of a second
