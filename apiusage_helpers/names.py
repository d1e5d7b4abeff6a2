"""Names that settings and rows share: organizations, methods, template URIs, findings. Settings need no table to be checked."""

import re

from apiusage_helpers.errors import ParameterError, quoted

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE")
METHODS_OF_THE_PLATFORM_TEXT = ("GET", "POST", "PUT", "DELETE")

FINDING_KINDS = (
    "polling", "cacheable_reads", "bulk_available", "client_errors", "throttling", "server_errors_platform",
    "server_errors_integration", "high_volume", "unknown_client", "new_client", "silent_client", "renamed_client",
    "deleted_client", "unowned_client", "new_url", "changed_mix", "allowance",
)  # fmt: skip
SEVERITIES = ("critical", "warning", "info")  # worst first

SAMPLE_DAYS = 120  # that the invented organization has where nobody says how many

_ORGANIZATION = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)


def organization_name(name: str, whose: str = "organization") -> str:
    """`name`, when it can name an organization (or what else goes by this rule); ParameterError otherwise (`all` is reserved)."""
    if name == "all" or not _ORGANIZATION.fullmatch(name):
        raise ParameterError(
            f"{whose} {quoted(name)} cannot be used: 1 to 64 of a-z 0-9 . _ -, a letter or digit first, and not 'all'"
        )
    return name


def plain_template_uri(template_uri: str) -> str:
    """The template URI as the platform's report writes it: without a leading slash."""
    return template_uri.removeprefix("/")
