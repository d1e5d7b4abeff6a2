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


def test_a_table_is_the_users_own_else_the_kits_but_never_the_kits_clients(project: Path) -> None:
    """Owners and exclusions of somebody else's clients are applied to nobody."""
    assert places.table_file("clients.csv") is None
    assert places.table_file("allowances.yaml") == places.SOURCE_ROOT / "params" / "tables" / "allowances.yaml"
    (project / "params" / "tables").mkdir()
    own = project / "params" / "tables" / "clients.csv"
    own.write_text("client_id,owner\n")

    assert places.table_file("clients.csv") == own


def test_a_table_that_is_no_file_is_not_taken_for_absent(project: Path) -> None:
    """A folder, or a link whose mount is gone: its exclusions would be lost without a word."""
    tables = project / "params" / "tables"
    (tables / "acknowledged.yaml").mkdir(parents=True)
    (tables / "clients.csv").symlink_to(project / "gone" / "clients.csv")

    for name in ("acknowledged.yaml", "clients.csv"):
        with pytest.raises(ParameterError, match=f"{re.escape(str(tables / name))}: this is no file that can be read"):
            places.table_file(name)
