"""What the API Usage view can be told."""

from apiusage_helpers.settings.report_file import CommonParameters


class ViewParameters(CommonParameters):
    """What is common to all reports, and the rows that filter the view: clients by id or name, URLs as text."""

    filter_clients: list[str] = []
    filter_urls: list[str] = []
