"""papermill's own engine, which also keeps the notebook of a kernel that died or took too long.

papermill writes a notebook after its last cell, or at every cell, which costs more than the cells do. Here it is written
once, when nothing more will come.
"""

from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine, papermill_engines

NAME = "keeping"


class KeepingEngine(NBClientEngine):  # type: ignore[misc]  # papermill is untyped; an engine is a class by its rules
    """Executes like papermill; `kept` is where the notebook of an early end is written."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, *, kept: str, **kwargs: Any) -> None:
        """Execute all cells; a kernel's death or a time-out is raised after the notebook has been kept."""
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
        except (DeadKernelError, CellTimeoutError):
            nbformat.write(nb_man.nb, kept)
            raise


papermill_engines.register(NAME, KeepingEngine)
