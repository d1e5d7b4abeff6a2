"""allowances.yaml: what a licence brings, and every fault of the file in one message."""

from datetime import date
from pathlib import Path

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.project import places
from apiusage_helpers.settings.allowances import read_allowances

TABLE = "valid_from: 2020-01-01, licences: {CX 1: {named: 75000}}"


def written(folder: Path, text: str) -> Path:
    path = folder / "allowances.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_kit_has_a_table_of_the_policy() -> None:
    """The published figures, each for a user of its kind; CX 4 has none for concurrent."""
    table = read_allowances(places.SOURCE_ROOT / "params" / "tables" / "allowances.yaml").table_of(date(2026, 11, 1))

    assert table is not None
    assert (table.licences["CX 3"].named, table.licences["CX 3"].concurrent) == (140_000, 182_000)
    assert (table.licences["CX 1"].hourly, table.licences["CX 4"].concurrent) == (676, None)


def test_no_file_means_no_table() -> None:
    """Then no allowance is known."""
    assert read_allowances(None).table_of(date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"tables: [{{{TABLE}}}, {{valid_from: 2026-01-01, licences: {{}}}}]", "valid_until: 2025-12-31"),
        (f"tables: [{{{TABLE}}}]\norganizations: {{acme: {{licences: [{{licence: CX 9, kind: named}}]}}}}", "'CX 9'"),
        (f"tables: [{{{TABLE}}}]\norganizations: {{acme: {{licences: [{{licence: CX 1, kind: hourly}}]}}}}", "no figure for its kind"),
        ("organizations: {acme: {billing_day: 32}}", "organizations.acme.billing_day"),
        ("organizations: {acme: {licences: [{licence: CX 1, kind: named, actual: -1}]}}", "greater than or equal to 0"),
        ("tables: 3", "tables"),
        ("[1]", "allowances.yaml"),
        ("tabels: []", "tabels"),
    ],
)  # fmt: skip
def test_a_fault_is_named(tmp_path: Path, text: str, told: str) -> None:
    """Overlapping tables, unknown licences, kinds without a figure, days and counts that cannot be."""
    with pytest.raises(ParameterError) as fault:
        read_allowances(written(tmp_path, text))

    assert told in str(fault.value)
    assert str(tmp_path / "allowances.yaml") in str(fault.value)
