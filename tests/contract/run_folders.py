"""run.json as tests want it: one factory, so that what a run must tell stands in one place."""

import json
from pathlib import Path
from typing import Any

FACTS: dict[str, Any] = {
    "report": "daily",
    "notebook": "api_usage_report",
    "organization": "a",
    "interval": {"start": "2026-11-17", "end": "2026-11-23"},
    "status": "succeeded",
    "started_at": "2026-01-01T00:00:00+00:00",
    "finished_at": "2026-01-01T00:00:09+00:00",
    "requests": 100,
    "files": [],
}


def write_run(folder: Path, **facts: Any) -> Path:
    """The folder of a run, with a run.json that tells the usual and `facts`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps(FACTS | facts), encoding="utf-8")
    return folder
