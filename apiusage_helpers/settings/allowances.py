"""params/tables/allowances.yaml: how many requests a licence brings, since when, and what each organization has.

The kit's own table holds the figures that the Genesys Cloud Fair Use Policy publishes. They change with contracts and
years, so they stand in a dated file that its users edit, and never in the code. Nothing here counts requests.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from apiusage_helpers.errors import ParameterError, shown
from apiusage_helpers.settings.strict import Strict, checked, faults_at
from apiusage_helpers.settings.yaml_file import read_yaml
from apiusage_helpers.text import listed

FILE = "allowances.yaml"
MOST = 2**53
_Count = Annotated[int, Field(ge=0, le=MOST)]


class Licence(Strict):
    """So many users (or, hourly, billable hours) of one licence: what the contract commits to, and what was in use.

    An add-on may name its `base`, the licence that its users have.
    """

    licence: str
    kind: Literal["named", "concurrent", "hourly", "add_on"]
    committed: _Count = 0
    actual: _Count = 0
    base: str = ""

    @property
    def billable(self) -> int:
        """The greater of committed and actual, as the policy counts."""
        return max(self.committed, self.actual)


class LicenceAllowance(Strict):
    """Requests a month that one licence brings for each user of its kind (hourly: each billable hour); None: unknown."""

    named: _Count | None = None
    concurrent: _Count | None = None
    hourly: _Count | None = None


class AddOnAllowance(Strict):
    """Requests a month of an add-on for each of its users; nothing where their base licence is `included_in`."""

    requests: _Count
    included_in: list[str] = []


class AllowanceTable(Strict):
    """The allowances of each licence from `valid_from` to `valid_until` (None: until further notice)."""

    valid_from: date
    valid_until: date | None = None
    source: str = ""
    licences: dict[str, LicenceAllowance]
    add_ons: dict[str, AddOnAllowance] = {}

    def holds(self, day: date) -> bool:
        """Whether the table is valid on `day`."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class Contract(Strict):
    """What one organization has: the day its billing month starts, its licences, and requests beyond theirs."""

    billing_day: Annotated[int, Field(ge=1, le=31)] = 1
    licences: list[Licence] = []
    extra_allowance: _Count = 0


class Allowances(Strict):
    """The file: dated tables that do not overlap, and the contracts of organizations by name."""

    tables: list[AllowanceTable] = []
    organizations: dict[str, Contract] = {}

    @field_validator("tables")
    @classmethod
    def _apart(cls, tables: list[AllowanceTable]) -> list[AllowanceTable]:
        for first, second in pairwise(sorted(tables, key=lambda table: table.valid_from)):
            if first.holds(second.valid_from):
                before = second.valid_from - timedelta(days=1)
                raise ValueError(
                    f"the table from {first.valid_from} overlaps the one from {second.valid_from}: "
                    f"give the first valid_until: {before}"
                )
        return tables

    def table_of(self, day: date) -> AllowanceTable | None:
        """The table that is valid on `day`; None where there is none."""
        return next((table for table in self.tables if table.holds(day)), None)

    def of(self, organization: str) -> Contract:
        """The contract of an organization; one without licences where the file names none."""
        return self.organizations.get(organization, Contract())


def read_allowances(path: Path | None) -> Allowances:
    """What an allowances.yaml says (None: nothing); ParameterError tells all its faults at once."""
    if path is None:
        return Allowances()
    try:
        written = read_yaml(path)
    except FileNotFoundError:
        raise ParameterError(f"{path}: there is no such file") from None
    found = checked(Allowances, {} if written is None else written, path)
    told = [
        f"organizations.{name}.{fault}"
        for name, contract in found.organizations.items()
        for fault in unmet(contract.licences, found)
    ]
    if told:
        raise faults_at(path, told)
    return found


def unmet(licences: Sequence[Licence], allowances: Allowances) -> list[str]:
    """A sentence for each licence of a mix that no table of `allowances` gives requests for."""
    return [fault for place, one in enumerate(licences) if (fault := _unmet(place, one, allowances.tables))]


def _unmet(place: int, one: Licence, tables: Sequence[AllowanceTable]) -> str:
    name = f"licences.{place}.licence: {shown('licence', one.licence)}"
    if one.kind == "add_on":
        known = sorted({name for table in tables for name in table.add_ons})
        return "" if one.licence in known else f"{name}: no add-on of this name is in {FILE}; {_known(known)}"
    of_it = [table.licences[one.licence] for table in tables if one.licence in table.licences]
    if not of_it:
        known = sorted({name for table in tables for name in table.licences})
        return f"{name}: no licence of this name is in {FILE}; {_known(known)}"
    if all(getattr(allowance, one.kind) is None for allowance in of_it):
        return f"{name}: {FILE} has no figure for its kind {one.kind}: write it there, from your contract"
    return ""


def _known(names: Sequence[str]) -> str:
    return f"it has {listed(names, 12)}" if names else "it has none: write it there, from your contract"
