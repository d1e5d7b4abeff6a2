"""The bytes of the sample's CSV files and pictures stay what they are until a change of them is meant and told."""

import json
from pathlib import Path

import golden

ROOT = Path(__file__).resolve().parents[2]


def test_the_samples_bytes_are_as_before(apiusage) -> None:
    """Week, month, single day, saved view and missing days give the very bytes of golden.json."""
    found = golden.made(apiusage, ROOT / "params", apiusage.folder)

    assert found == json.loads(golden.FILE.read_text(encoding="utf-8"))
