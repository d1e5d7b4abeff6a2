"""The schedule of a params file: when its report is made, what happens with missed instants, and who is told."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.interval import zone
from apiusage_helpers.settings.strict import Strict, allowed

_Share = Annotated[float, Field(ge=0, le=1)]
_Minutes = Annotated[float, Field(gt=0, le=7 * 24 * 60)]
_MOST_DAYS = 36_500  # dates end, and nobody means more


def _variable(name: str) -> None:
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
        raise ParameterError(
            "the name of an environment variable belongs here, such as TEAM_MAIL; its value is the address, which no file holds"
        )


class Delivery(Strict):
    """Who is told about a run, and when: `to` names an environment variable that holds an Apprise address.

    The thresholds (shares, 0.05 is 5 %) hold for `on: findings`: a report is told when a figure is over one; null
    switches it off. With a `severity`, each finding of the report that is at least so severe is told too, once until it
    ends. `change_over` is against the interval before, up or down. `attach` adds report.html to the message, unless it has
    more than `attach_mb` (million bytes as a mail carries it).
    """

    to: Annotated[str, allowed(_variable)]
    on: Literal["success", "failure", "findings"]
    severity: Literal["info", "warning", "critical"] | None = None
    failed_share_over: _Share | None = 0.05
    throttled_share_over: _Share | None = 0.01
    change_over: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = 0.5
    attach: bool = False
    attach_mb: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 10


def _web_address(address: str) -> None:
    parts = urlsplit(address)
    bare = (
        parts.scheme in {"http", "https"} and parts.hostname and not (parts.username or parts.query or parts.fragment)
    )
    if address and not bare:
        raise ParameterError("the address under which the output folder is served belongs here: https://HOST/PATH")


class Schedule(Strict):
    """When a report is made, and what happens with missed instants.

    `base_url` is the address under which the output folder is served, for the links of messages; empty: paths.
    """

    cron: Annotated[str, Field(pattern=r"^\s*\S+(\s+\S+){4}\s*$")]
    timezone: Annotated[str, allowed(zone)] = "UTC"
    catch_up: Literal["none", "latest", "all"] = "latest"
    max_staleness_days: Annotated[int, Field(ge=0, le=_MOST_DAYS)] = 7
    fetch: bool = False
    wait_hours: Annotated[float, Field(ge=0, le=24 * _MOST_DAYS)] = 12
    cell_minutes: _Minutes = 10
    run_minutes: _Minutes = 30
    deliver: list[Delivery] = []
    base_url: Annotated[str, allowed(_web_address)] = ""
