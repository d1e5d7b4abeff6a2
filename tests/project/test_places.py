"""Where things lie: the project that is meant, and none that somebody else has made."""

import os
import re
from pathlib import Path

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.project import places


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a notebook, and a folder in it that one works in."""
    for name in ("params", "notebooks", "work"):
        (tmp_path / name).mkdir()
    (tmp_path / "notebooks" / "api_usage_report.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def test_the_nearest_parent_with_params_and_notebooks_is_the_project(project: Path, monkeypatch) -> None:
    """One of one's own is taken; where there is none, the installed tree."""
    assert places.root() == project
    (project / "params").rmdir()
    assert places.root() != project


@pytest.mark.parametrize("name", [".", "params", "notebooks", "notebooks/api_usage_report.ipynb"])
def test_a_project_of_somebody_else_is_refused_by_name(project: Path, monkeypatch, name: str) -> None:
    """Whoever made a folder in a shared parent would run code as whoever works below it; root's own is trusted."""
    path, owner = project / name, {"uid": 12345}

    def facts(one: Path) -> os.stat_result:
        found = one.stat()
        return os.stat_result((*found[:4], owner["uid"], *found[5:])) if one == path else found

    monkeypatch.setattr(places, "_facts", facts)
    with pytest.raises(ParameterError, match=f"{re.escape(str(path))} belongs to another user .uid 12345."):
        places.root()
    owner["uid"] = 0
    assert places.root() == project


@pytest.mark.parametrize("name", ["params", "notebooks", "notebooks/api_usage_report.ipynb"])
def test_a_project_that_everybody_may_write_to_is_refused(project: Path, name: str) -> None:
    """With what to do about it."""
    path = project / name
    path.chmod(path.stat().st_mode | 0o002)

    with pytest.raises(ParameterError, match=f"chmod o-w {path}"):
        places.root()
