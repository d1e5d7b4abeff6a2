"""What the training can be told: beside what is common, the seed that orders choices, so that a class has its own."""

from typing import Annotated

from pydantic import Field

from apiusage_helpers.settings.report_file import CommonParameters


class TrainingParameters(CommonParameters):
    """Whose usage the questions are about, of which days, and the seed of a class."""

    seed: Annotated[int, Field(ge=0)] = 1
