"""What the API Usage report can be told."""

from apiusage_helpers.reports.contract import Declared
from apiusage_helpers.settings.report_file import CommonParameters


class ReportParameters(CommonParameters):
    """Whose usage, of which days, and the choices of its sections: what is common to all reports."""


REPORT = Declared("api_usage_report", "API Usage", ReportParameters)
