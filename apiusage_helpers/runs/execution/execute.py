"""The process of one run: it executes a notebook with papermill, seals it, and exports the page.

Its supervisor (`run.py`) gives it a private folder with a job file and believes only the sealed result that it leaves
there. papermill's own metadata says "completed" after dead kernels, time-outs and sys.exit, so none of it is read: a
notebook has run when no cell holds an error, every code cell has its number, and the last one printed the run's seal.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apiusage_helpers.errors import ParameterError, SourceError, StoreError, UsageError, engine_fault
from apiusage_helpers.runs.execution.kernel import Kernel, StartedKernel, fork_kernel
from apiusage_helpers.runs.execution.processes import (
    adopt_orphans,
    begin_in,
    end_children,
    end_with_input,
    end_with_supervisor,
)

_EXIT_CODES = {kind.__name__: kind.exit_code for kind in (StoreError, UsageError, SourceError, ParameterError)}
_EXPECTED = frozenset({*_EXIT_CODES, "RunError"})
_NO_SPACE = ("No space left", "Read-only file system", "Disk quota")


@dataclass(frozen=True)
class Job:
    """What a run process is told: notebook, its parameters, the seal, the limit of a cell, and what the page is called."""

    notebook: str
    parameters: dict[str, Any]
    seal: str
    cell_seconds: float
    title: str
    summary: str


class _RunFailedError(Exception):
    """A run that failed, with the exit code and the message for its reader."""

    def __init__(self, message: str, exit_code: int, *, may_pass: bool = False) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.may_pass = may_pass


def load() -> None:
    """What the job needs: imported while its supervisor still checks, or while cells run."""
    import nbformat  # noqa: F401, PLC0415  # beside a kernel that imports too
    import papermill  # noqa: F401, PLC0415

    from apiusage_helpers.page import html  # noqa: PLC0415
    from apiusage_helpers.runs.execution import engine  # noqa: F401, PLC0415

    html.make_ready()


def run_ordered(kernel: "subprocess.Popen[bytes]") -> None:
    """Wait for the order on standard input and do its job with `kernel`; without one, return.

    The job leaves result.json in its folder: {"ok": true}, or the message and exit code.
    """
    line = sys.stdin.readline()
    if not line:
        return
    end_with_input()
    order = json.loads(line)
    begin_in(order["folder"], order["environment"])
    adopt_orphans()
    try:
        _do(Path(order["folder"]), StartedKernel(kernel, order))
    finally:
        end_children()


def forked(folder: str, environment: dict[str, str]) -> None:
    """Do the job in `folder`, in a process that was forked from one that has loaded everything, with a kernel forked from it."""
    os.setsid()
    begin_in(folder, environment)
    adopt_orphans()
    try:
        kernel = fork_kernel()  # before the first thread
        end_with_supervisor()
        _do(Path(folder), kernel)
    finally:
        end_children()


def _do(folder: Path, kernel: "Kernel") -> None:
    job = Job(**json.loads((folder / "job.json").read_text(encoding="utf-8")))
    (folder / "result.json").write_text(json.dumps(_result(job, folder, kernel)), encoding="utf-8")


def _result(job: Job, folder: Path, kernel: "Kernel") -> dict[str, Any]:
    try:
        _execute(job, folder, kernel)
        _export(job, folder)
    except _RunFailedError as failure:
        told = {"message": str(failure), "exit_code": failure.exit_code, "may_pass": failure.may_pass}
        return {"ok": False, **told}
    return {"ok": True}


def _execute(job: Job, folder: Path, kernel: "Kernel") -> None:
    import nbformat  # noqa: PLC0415  # as in load
    import papermill  # noqa: PLC0415
    from jupyter_client.manager import AsyncKernelManager  # noqa: PLC0415
    from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError  # noqa: F401, PLC0415

    from apiusage_helpers.runs.execution import engine  # noqa: PLC0415

    notebook = sealed(nbformat.read(job.notebook, as_version=4), job.seal)
    nbformat.write(notebook, folder / "story.ipynb")
    manager = AsyncKernelManager(kernel_name="python3", transport="ipc", ip="k", client_factory=engine.PromptClient)
    manager.connection_file = str(folder / "kernel.json")
    manager.provisioner = engine.ReadyKernel(kernel_id="run", kernel_spec=manager.kernel_spec, parent=manager)
    manager.provisioner.ready = kernel
    try:
        papermill.execute_notebook(
            str(folder / "story.ipynb"), str(folder / "executed.ipynb"), job.parameters, km=manager,
            execution_timeout=job.cell_seconds, progress_bar=False, request_save_on_cell_execute=False, report_mode=True,
            engine_name=engine.NAME, kept=str(folder / "executed.ipynb"),
        )  # fmt: skip
    except papermill.PapermillExecutionError as failure:
        raise _cell_failure(failure) from None
    except CellTimeoutError:
        raise _RunFailedError(f"a cell ran longer than {job.cell_seconds:g} s and was stopped", 4) from None
    except DeadKernelError:
        raise _kernel_death(kernel) from None
    except OSError as failure:
        raise _RunFailedError(f"the notebook could not be kept: {failure}", 5) from None
    _refuse_unsealed(nbformat.read(folder / "executed.ipynb", as_version=4), job.seal)


def sealed(notebook: Any, seal: str) -> Any:
    """The notebook without its live cells and with a last cell that prints the seal."""
    import nbformat  # noqa: PLC0415

    notebook.cells = [cell for cell in notebook.cells if "live" not in cell.metadata.get("tags", [])]
    notebook.metadata.pop("widgets", None)
    last = nbformat.v4.new_code_cell(f"print({seal!r})", id="seal", metadata={"tags": ["seal"]})
    notebook.cells.append(last)
    return notebook


def _kernel_death(kernel: "Kernel") -> _RunFailedError:
    """The death of a kernel in words: by a signal, which may pass, or by the notebook's own doing."""
    code = kernel.poll()
    if code is not None and code < 0:
        cause = "out of memory, or killed by hand" if -code == signal.SIGKILL else "a crash or a kill"
        return _RunFailedError(
            f"the kernel died of signal {-code} ({signal.Signals(-code).name}): {cause}", 4, may_pass=True
        )
    return _RunFailedError("the kernel died: the notebook ended it" + (f" with {code}" if code is not None else ""), 4)


def _cell_failure(failure: Any) -> _RunFailedError:
    """The failure of a cell in words: the kit's own faults as they are, others with their cell and last line."""
    text = str(failure.evalue).strip()
    if failure.ename in _EXPECTED:
        return _RunFailedError(text, _EXIT_CODES.get(failure.ename, 4))
    full = any(sign in text for sign in _NO_SPACE)
    of_the_engine = None if full else engine_fault(failure.ename, text)
    if of_the_engine:
        return _RunFailedError(str(of_the_engine), of_the_engine.exit_code)
    cause = "the disk is full: " if full else "out of memory: " if failure.ename == "MemoryError" else ""
    first_line = (str(failure.source).strip().splitlines() or ["(empty)"])[0]
    return _RunFailedError(
        f"{cause}cell {failure.exec_count} failed at `{first_line}`: {failure.ename}: {text[:300]}", 5 if full else 4
    )


def _refuse_unsealed(notebook: Any, seal: str) -> None:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    errors = [output for cell in code for output in cell.outputs if output.output_type == "error"]
    printed = "".join(output.get("text", "") for output in code[-1].outputs).strip()
    if errors or printed != seal or any(cell.execution_count is None for cell in code if cell.source.strip()):
        raise _RunFailedError("the notebook ended before its last cell: a cell left the kernel or skipped the rest", 4)


def _export(job: Job, folder: Path) -> None:
    from apiusage_helpers.page.html import report_page  # noqa: PLC0415  # nbconvert, when there is something to convert

    try:
        page = report_page(folder / "executed.ipynb", title=job.title, summary=job.summary)
        (folder / "files" / "report.html").write_text(page, encoding="utf-8")
    except OSError as failure:
        raise _RunFailedError(f"the page could not be written: {failure}", 5) from None
