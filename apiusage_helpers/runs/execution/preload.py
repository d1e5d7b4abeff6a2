"""What the process has imported that runs are forked from: importing this module is all that it is for.

It imports what the runner, the kernel and the page of a report need, makes the page's templates ready, and opens nothing:
no store, no kernel, no thread of Python's. A process that has used deltalake could not be forked. What cannot be imported is
left to the run that needs it, which tells the fault in its log.
"""

from contextlib import suppress
from importlib import import_module

from apiusage_helpers.runs.execution.kernel import LOADED_EARLY
from apiusage_helpers.runs.execution.start_up import leave_out, loading

leave_out()
with loading():
    for _module in (
        "papermill",
        *LOADED_EARLY,
        "apiusage_helpers.reports.fair_use.report",
        "apiusage_helpers.reports.troubleshooting.report",
        "apiusage_helpers.reports.usage_view.panels",
        "apiusage_helpers.runs.execution.engine",
        "apiusage_helpers.runs.execution.execute",
    ):
        with suppress(Exception):
            import_module(_module)

    with suppress(Exception):
        import_module("apiusage_helpers.page.html").make_ready()
