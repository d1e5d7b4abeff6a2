"""What all checked settings share: strict types, no unknown key, and rules that are told in words."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.text import visible

_Settings = TypeVar("_Settings")


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


def checked(kind: type[_Settings], written: object, place: object) -> _Settings:
    """`written` as settings of a `kind`; ParameterError that begins with `place` tells all faults at once, and no value."""
    try:
        return TypeAdapter(kind).validate_python(written)
    except ValidationError as faults:
        told = [
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in faults.errors(include_url=False, include_input=False)
        ]
        raise faults_at(place, told) from None


def faults_at(place: object, told: Iterable[str]) -> ParameterError:
    """The error that tells each fault of a place on a line of its own."""
    return ParameterError("\n  ".join([f"{place}:", *map(visible, told)]))
