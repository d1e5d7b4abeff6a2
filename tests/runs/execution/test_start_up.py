"""What a run's process leaves out when it starts."""

import subprocess
import sys


def test_neither_the_grammar_for_addresses_nor_the_debugger_is_loaded() -> None:
    """Whatever of papermill, nbconvert and ipykernel is imported; notebooks are validated all the same."""
    script = """
import sys
from apiusage_helpers.runs.execution.start_up import leave_out
leave_out()
import nbformat, papermill, nbconvert
import ipykernel.debugger, ipykernel.ipkernel
notebook = nbformat.v4.new_notebook()
nbformat.validate(notebook)
del notebook["metadata"]
assert not nbformat.validator.isvalid(notebook)
print(sorted({name.split(".")[0] for name, module in sys.modules.items() if module} & {"lark", "rfc3987_syntax", "debugpy"}))
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False)

    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


def test_what_is_loaded_is_not_walked_over_again() -> None:
    """After loading the collector works again, has set aside what was there, and comes seldom; after a fault too."""
    script = """
import gc
from apiusage_helpers.runs.execution.start_up import loading
try:
    with loading():
        assert not gc.isenabled()
        kept = [[n] for n in range(10_000)]
        raise ImportError
except ImportError:
    pass
assert gc.isenabled()
assert gc.get_freeze_count() > 10_000
assert gc.get_threshold()[0] > 100_000
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
