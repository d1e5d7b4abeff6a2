"""The command `apiusage`: each command reads like its sentence in the README, and imports what it needs when it runs.

Messages and progress go to stderr, results to stdout. A fault that the kit explains is one message and its exit code; a
traceback is shown with --debug only.
"""

import atexit
import gc
import io
import logging
import os
import signal
import sys
from collections.abc import Sequence

import click

from apiusage_helpers.cli import checks, days, findings, reports, schedules, training
from apiusage_helpers.cli.messages import program, tell
from apiusage_helpers.errors import UNWRITABLE, explained, why_unwritable

_COMMANDS = [
    *(days.sample, days.import_files, days.fetch, days.forget, reports.report, reports.runs, findings.findings),
    *(
        schedules.due,
        schedules.schedule,
        schedules.diff,
        schedules.prune,
        checks.doctor,
        checks.repair,
        training.training,
    ),
]


@click.group(commands=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of a fault.")
def cli(*, debug: bool) -> None:  # taken out by `main`; stands here for --help
    """API usage of Genesys Cloud organizations: import or fetch rows, report on them, see what has run."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; always ends by SystemExit with one of the documented codes."""
    _open_streams()
    atexit.register(gc.freeze)  # an end collects nothing
    written = list(sys.argv[1:] if arguments is None else arguments)
    given = [argument for argument in written if argument != "--debug"]  # wherever it stands
    if given != written:
        _show_defects()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with cli.make_context(program(), given) as context:
            cli.invoke(context)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as fault:
        said = io.StringIO()
        fault.show(said)
        tell(said.getvalue().rstrip())
        sys.exit(fault.exit_code)
    except (click.Abort, KeyboardInterrupt):
        tell("stopped")
        sys.exit(130)
    except BrokenPipeError:  # nobody reads the results any more
        os._exit(0)
    except Exception as fault:
        if given != written:
            raise
        sys.exit(_told(fault))


def _open_streams() -> None:
    """A stream that was closed leads nowhere, so that no file of ours takes its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number: this one
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False, encoding="utf-8"))


def _show_defects() -> None:
    """Where a defect happened is shown on stderr, also where the work goes on after it."""
    log = logging.getLogger("apiusage_helpers")
    log.addHandler(logging.StreamHandler())
    log.setLevel(logging.DEBUG)


def _told(fault: Exception) -> int:
    """The exit code of a fault, after its message."""
    if isinstance(fault, OSError) and fault.errno in UNWRITABLE:
        tell(f"{fault.filename or 'a folder'}: {why_unwritable(fault)}; nothing was changed")
        return 3
    message, code = explained(fault, of_the_disk=3)
    if code != 1:
        tell(message)
        return code
    tell(
        f"a defect of this program: {type(fault).__name__}; run it again as `apiusage --debug ...` and report what it says"
    )
    return 1
