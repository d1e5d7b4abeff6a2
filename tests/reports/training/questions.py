"""The questions of the kit's own bank, which many tests ask about: read once."""

from pathlib import Path

from apiusage_helpers.reports.training.bank import read_bank

BANK = read_bank(Path(__file__).resolve().parents[3] / "params" / "tables" / "questions.yaml")
