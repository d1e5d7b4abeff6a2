"""What the toy report can be told: what is common to all reports."""

from apiusage_helpers.reports.contract import Declared
from apiusage_helpers.settings.report_file import CommonParameters

REPORT = Declared("refused_urls", "Refused URLs", CommonParameters)
