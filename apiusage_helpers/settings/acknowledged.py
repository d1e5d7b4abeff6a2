"""params/tables/acknowledged.yaml: findings that somebody knows of, until a day and for a reason; they alarm nobody."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.names import FINDING_KINDS
from apiusage_helpers.settings.strict import Strict, allowed, checked
from apiusage_helpers.settings.yaml_file import read_yaml

FILE = "acknowledged.yaml"


def _known_kind(kind: str) -> None:
    if kind and kind not in FINDING_KINDS:
        raise ParameterError(f"no kind of finding: use {', '.join(FINDING_KINDS)}, or nothing for all")


class Acknowledged(Strict):
    """One acknowledgement: what it is about (an empty key matches all), the last day on which it holds, and why."""

    kind: Annotated[str, allowed(_known_kind)] = ""
    client_id: str = ""
    http_method: str = ""
    template_uri: str = ""
    until: date
    reason: Annotated[str, Field(min_length=1, max_length=500)]

    def matches(self, found: object) -> bool:
        """Whether it is about a finding: every key that is not empty is the finding's own."""
        keys = ("kind", "client_id", "http_method", "template_uri")
        return all(getattr(self, key) in {"", getattr(found, key)} for key in keys)


def read_acknowledged(path: Path | None) -> tuple[Acknowledged, ...]:
    """The acknowledgements of an acknowledged.yaml (None: none); ParameterError tells all its faults at once."""
    if path is None:
        return ()
    try:
        written = read_yaml(path)
    except FileNotFoundError:
        raise ParameterError(f"{path}: there is no such file") from None
    return tuple(checked(list[Acknowledged], [] if written is None else written, path))


def reason_for(found: object, acknowledged: Sequence[Acknowledged], today: date) -> str:
    """Why a finding needs no telling on the day `today`; empty where it does."""
    return next((one.reason for one in acknowledged if one.matches(found) and today <= one.until), "")
