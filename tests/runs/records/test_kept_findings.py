"""Findings that are kept: given for the same question only, and found anew when tables or the kit's own code have changed."""

import os
from pathlib import Path

import pytest

from apiusage_helpers.project import places
from apiusage_helpers.runs.records.kept_findings import keep_findings, kept_findings
from apiusage_helpers.selection import Selection, select

FOUND = [{"kind": "throttled", "client_id": "a"}]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, and a package of one module in place of the kit's."""
    for name in ("STORE", "OUTPUT", "PARAMS"):
        monkeypatch.setenv(f"APIUSAGE_{name}", str(tmp_path / name.lower()))
    package = tmp_path / "package"
    package.mkdir()
    (package / "module.py").write_text("shares = 1\n", encoding="utf-8")
    (tmp_path / "params" / "tables").mkdir(parents=True)
    monkeypatch.setattr(places, "PACKAGE", package)
    return tmp_path


def asked(organization: str = "acme", **settings: str) -> Selection:
    return select(organization, "previous_7_days", **{"today": "2026-11-24"} | settings)


def test_the_same_question_is_answered_and_no_other() -> None:
    """Another organization, date or choice is another question; those answered before stay answered."""
    assert kept_findings(asked()) is None
    keep_findings(asked(), FOUND)
    others = [asked("umbra"), asked(today="2026-11-25"), asked(display_timezone="Pacific/Auckland")]

    assert [kept_findings(other) for other in others] == [None, None, None]
    keep_findings(others[1], [])
    assert kept_findings(asked()) == FOUND
    assert kept_findings(others[1]) == []


def test_findings_are_found_anew_with_other_code(project: Path) -> None:
    """An edited module asks again, also when its size stays; so does one that came to it."""
    module = project / "package" / "module.py"
    keep_findings(asked(), FOUND)
    assert kept_findings(asked()) == FOUND

    module.write_text("shares = 2\n", encoding="utf-8")
    state = module.stat()
    os.utime(module, ns=(state.st_atime_ns, state.st_mtime_ns + 1_000_000))
    assert kept_findings(asked()) is None

    keep_findings(asked(), FOUND)
    (project / "package" / "other.py").touch()
    assert kept_findings(asked()) is None


def test_findings_are_found_anew_with_other_tables(project: Path) -> None:
    """A table of the user's that is there, changed or gone again asks again; the first answer then holds once more."""
    table = project / "params" / "tables" / "acknowledged.yaml"
    keep_findings(asked(), FOUND)
    table.write_text("[]\n", encoding="utf-8")
    assert kept_findings(asked()) is None

    table.unlink()
    assert kept_findings(asked()) == FOUND
