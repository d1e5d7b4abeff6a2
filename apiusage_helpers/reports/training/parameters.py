"""What the training can be told: beside what is common, the seed that orders choices, so that a class has its own."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.project import places
from apiusage_helpers.reports.contract import Declared
from apiusage_helpers.reports.training.bank import FILE, read_bank
from apiusage_helpers.settings.report_file import CommonParameters


class TrainingParameters(CommonParameters):
    """Whose usage the questions are about, of which days, and the seed of a class."""

    seed: Annotated[int, Field(ge=0)] = 1

    @model_validator(mode="after")
    def _bank_is_whole(self) -> Self:
        """The question bank is read before anything runs, so that its faults are told like those of a params file."""
        try:
            read_bank(places.table_file(FILE))
        except ParameterError as fault:
            raise ValueError(str(fault)) from None
        return self


REPORT = Declared("training", "API usage training", TrainingParameters)
