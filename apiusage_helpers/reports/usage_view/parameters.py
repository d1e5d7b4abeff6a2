"""What the API Usage view can be told."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from apiusage_helpers.reports.contract import Declared
from apiusage_helpers.reports.usage_view.state import checked_status
from apiusage_helpers.settings.report_file import CommonParameters
from apiusage_helpers.settings.strict import allowed


def _as_text(status: Any) -> Any:
    """A status that YAML took for a number."""
    return str(status) if type(status) is int else status


class ViewParameters(CommonParameters):
    """What is common to all reports, and what filters the view: clients by id or name, URLs as text, status classes."""

    filter_clients: list[str] = []
    filter_urls: list[str] = []
    filter_statuses: list[Annotated[str, BeforeValidator(_as_text), allowed(checked_status)]] = []


REPORT = Declared("api_usage_view", "API Usage", ViewParameters)
