"""What a run's process leaves out when it starts."""

import subprocess
import sys


def test_the_grammar_for_addresses_is_not_loaded() -> None:
    """Neither it nor its parser, whatever of papermill, nbformat and nbconvert is imported; notebooks are validated all the same."""
    script = """
import sys
from apiusage_helpers.runs.execution.start_up import leave_out_grammar
leave_out_grammar()
import nbformat, papermill, nbconvert
notebook = nbformat.v4.new_notebook()
nbformat.validate(notebook)
del notebook["metadata"]
assert not nbformat.validator.isvalid(notebook)
print(sorted({name.split(".")[0] for name, module in sys.modules.items() if module} & {"lark", "rfc3987_syntax"}))
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False)

    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr
