"""What the fair-use report can be told: beside the days, the contract that they are held against."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.project import places
from apiusage_helpers.reports.contract import Declared
from apiusage_helpers.settings.allowances import FILE, MOST, Allowances, Contract, Licence, read_allowances, unmet
from apiusage_helpers.settings.report_file import CommonParameters
from apiusage_helpers.settings.strict import allowed

_MOST_RATE = 100  # money for one request


def stored_allowances() -> Allowances:
    """The project's allowances.yaml, else the kit's own; ParameterError tells all its faults."""
    return read_allowances(places.table_file(FILE))


def _refuse_unmet(licences: Sequence[Licence]) -> None:
    faults = unmet(licences, stored_allowances())
    if faults:
        raise ParameterError("; ".join(faults))


def _refuse_choice(chosen: Sequence[Any]) -> None:
    if chosen:
        raise ParameterError("fair use counts all requests of an organization: leave this empty")


class FairUseParameters(CommonParameters):
    """Whose usage, of which billing months, and what the contract allows; what is not stated is as allowances.yaml says."""

    knows_billing_months: ClassVar[bool] = True

    clients: Annotated[list[str], allowed(_refuse_choice)] = []
    client_template_uris: Annotated[list[str], allowed(_refuse_choice)] = []
    template_uris: Annotated[list[str], allowed(_refuse_choice)] = []
    http_methods: Annotated[list[str], allowed(_refuse_choice)] = []
    billing_day: Annotated[int, Field(ge=1, le=31)] | None = None
    licences: Annotated[list[Licence], allowed(_refuse_unmet)] = []
    extra_allowance: Annotated[int, Field(ge=0, le=MOST)] = 0
    overage_rate: Annotated[float, Field(ge=0, le=_MOST_RATE, allow_inf_nan=False)] | None = None
    currency: Annotated[str, Field(max_length=12)] = ""
    invoiced_overage: Annotated[int, Field(ge=0, le=MOST)] | None = None

    def contract_of(self, organization: str) -> Contract:
        """The contract of an organization: what is stated here, else what allowances.yaml says of it."""
        stored = stored_allowances().of(organization)
        return Contract(
            billing_day=self.billing_day or stored.billing_day,
            licences=self.licences or stored.licences,
            extra_allowance=self.extra_allowance or (0 if self.licences else stored.extra_allowance),
        )

    def billing_day_of(self, organization: str) -> int:
        """The day on which the billing month of an organization starts."""
        return self.contract_of(organization).billing_day


REPORT = Declared("fair_use", "API fair use", FairUseParameters)
