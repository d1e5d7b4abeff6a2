"""What all checked settings share: strict types, no unknown key, and rules that are told in words."""

from collections.abc import Callable
from typing import Any

from pydantic import AfterValidator, BaseModel, ConfigDict

from apiusage_helpers.errors import ParameterError


class Strict(BaseModel):
    """Settings that refuse an unknown key and a value of another type; a refused value is never shown by pydantic."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def allowed(check: Callable[[Any], object]) -> AfterValidator:
    """A pydantic validator of a rule that raises ParameterError."""

    def checked(value: Any) -> Any:
        try:
            check(value)
        except ParameterError as fault:
            raise ValueError(str(fault)) from None
        return value

    return AfterValidator(checked)
