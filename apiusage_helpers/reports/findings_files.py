"""findings.csv and findings.json of a report."""

import json
from collections.abc import Sequence

from apiusage_helpers.insights.finding import Finding, findings_table
from apiusage_helpers.tables.csv_files import csv_file


def findings_files(found: Sequence[Finding]) -> dict[str, bytes]:
    """The two files of findings by name: the same findings in the same order, in JSON with their evidence."""
    told = json.dumps([one.told() for one in found], indent=1, ensure_ascii=False)
    return {"findings.csv": csv_file(findings_table(found)), "findings.json": told.encode()}
