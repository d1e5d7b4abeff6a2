"""What the troubleshooting report can be told: beside what is common, from which figure on something is a trouble."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Annotated

from pydantic import Field

from apiusage_helpers.errors import ParameterError, shown
from apiusage_helpers.reports.contract import Declared
from apiusage_helpers.settings.report_file import CommonParameters
from apiusage_helpers.settings.strict import allowed
from apiusage_helpers.settings.thresholds import Thresholds

_NAMES = tuple(field.name for field in fields(Thresholds))


def _known_names(thresholds: Mapping[str, float]) -> None:
    unknown = [name for name in thresholds if name not in _NAMES]
    if unknown:
        raise ParameterError(f"{shown('thresholds', unknown[0])} is no threshold: use {', '.join(_NAMES)}")


def _refuse_choice(chosen: Sequence[str]) -> None:
    if chosen:
        raise ParameterError("findings are on all clients and URLs of an organization: leave this empty")


class TroubleshootingParameters(CommonParameters):
    """What is common to all reports, and thresholds that differ from the usual ones."""

    clients: Annotated[list[str], allowed(_refuse_choice)] = []
    client_template_uris: Annotated[list[str], allowed(_refuse_choice)] = []
    template_uris: Annotated[list[str], allowed(_refuse_choice)] = []
    thresholds: Annotated[dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]], allowed(_known_names)] = {}

    def limits(self) -> Thresholds:
        """All thresholds, with those that are stated."""
        return Thresholds(**self.thresholds)


REPORT = Declared("troubleshooting", "API troubleshooting", TroubleshootingParameters)
