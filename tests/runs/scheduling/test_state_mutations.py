"""What the kit wrote itself and finds changed: it is set aside and named, and every other report is made."""

import json
import os
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from apiusage_helpers.runs.scheduling.due import due

MUTATIONS = int(os.environ.get("APIUSAGE_STATES", "60"))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
REPORTS = ("daily", "other", "third")
SHAPES: tuple[Any, ...] = (
    None, [], {}, 0, "x", True, [[]], {"begun": 7}, {"told": {"a": 1}}, {"status": None}, {"organization": ["a"]},
    {"interval": {"start": "2026-13-01"}}, {"findings": 3}, {"schedule": "x" * 10_000},
)  # fmt: skip


def files(folder: Path) -> list[Path]:
    """What the kit keeps of its runs, and what a user writes for it."""
    found = [*(folder / "output").rglob("*.json"), *(folder / "params").glob("*.yaml")]
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def damage(folder: Path, dice: random.Random) -> tuple[Path, str]:
    """One file of another shape, torn, flipped, or no file any more; or a stranger's file beside ours."""
    path = dice.choice(files(folder))
    content = path.read_bytes()
    kind = dice.choice(
        ("shape", "shape", "field", "field", "flip", "torn", "empty", "folder", "loop", "pipe", "stranger", "gone")
    )
    if kind == "shape":
        path.write_text(json.dumps(dice.choice(SHAPES)))
    elif kind == "field":
        told = json.loads(content)
        told[dice.choice(sorted(told))] = dice.choice(SHAPES)
        path.write_text(json.dumps(told))
    elif kind == "flip":
        place = dice.randrange(len(content))
        path.write_bytes(content[:place] + bytes([content[place] ^ 1 << dice.randrange(8)]) + content[place + 1 :])
    elif kind in {"torn", "empty"}:
        path.write_bytes(content[: len(content) // 2] if kind == "torn" else b"")
    elif kind == "stranger":
        beside = dice.choice([folder / "output", *(one for one in (folder / "output").rglob("*") if one.is_dir())])
        (beside / "stranger").symlink_to(dice.choice(["/nowhere", "stranger", "/", ".."]))
    else:
        path.unlink()
        if kind == "folder":
            path.mkdir()
        elif kind == "loop":
            path.symlink_to(path.name)
        elif kind == "pipe":
            os.mkfifo(path)
    return path, kind


@pytest.mark.load
def test_every_other_report_is_made(stub, params_file, tmp_path: Path) -> None:
    """The next day's reports of whichever params files were left alone, and nothing is raised."""
    for name in REPORTS:
        params_file(name)
    assert due(NOW - timedelta(days=1), stub.ports()) == 0
    for name in ("output", "params"):
        shutil.copytree(tmp_path / name, tmp_path / "kept" / name, symlinks=True)
    dice = random.Random(17)
    for number in range(MUTATIONS):
        for name in ("output", "params"):
            shutil.rmtree(tmp_path / name)
            shutil.copytree(tmp_path / "kept" / name, tmp_path / name, symlinks=True)
        stub.told.clear()
        path, kind = damage(tmp_path, dice)
        before = len(stub.made)

        due(NOW, stub.ports())

        made = {name for name, _, _ in stub.made[before:]}
        expected = {name for name in REPORTS if path != tmp_path / "params" / f"{name}.yaml"}
        assert expected <= made, (number, kind, path, stub.told)
