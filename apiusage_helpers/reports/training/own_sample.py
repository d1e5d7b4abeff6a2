"""The training's own sample: fixed days in a store of its own, so that the training is true on any day and in any zone."""

from datetime import UTC, date, datetime, time
from pathlib import Path

from apiusage_helpers.sources.sample import sample_usage
from apiusage_helpers.store import Origin, write_days

NAME = "training"
TODAY = date(2026, 7, 1)
_SEED = 6


def write_own_sample(root: Path) -> None:
    """The sample of `TODAY` in the store `root`."""
    usage, interval = sample_usage(today=TODAY, seed=_SEED)
    write_days(NAME, usage, interval.days, Origin("sample", datetime.combine(TODAY, time(), UTC)), root=root)
