"""What the service says of a fault, in its own words: the platform's ErrorBody, an OAuth error, or neither."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

_MOST = 300
_TEXTS = ("code", "error", "message", "description", "error_description")


def words(
    status: int, headers: Mapping[str, str], content: bytes, hide: Callable[[str], str] = lambda text: text
) -> str:
    """The status, code and message of an answer, and its correlation id; `hide` takes secrets out before texts are cut.

    >>> words(404, {"inin-correlation-id": "c-1"}, b'{"code": "not.found", "message": "No such query"}')
    '404 not.found: No such query (correlation id c-1)'
    """
    said = body_words(_decoded(content), hide) or f"with {hide(headers.get('content-type', 'no content type'))}"
    return f"{status} {said}{correlation(hide(headers.get('inin-correlation-id', '')))}"


def body_words(body: Any, hide: Callable[[str], str] = lambda text: text) -> str:
    """The code and message of an error body; empty when it bears neither."""
    if isinstance(body, str):
        return hide(" ".join(body.split()))[:_MOST]
    if not isinstance(body, dict):
        return ""
    texts = [" ".join(str(body[name]).split()) for name in _TEXTS if body.get(name)]
    return hide(": ".join(dict.fromkeys(texts)))[:_MOST]


def correlation(correlation_id: str) -> str:
    """The correlation id as it ends a message; empty when there is none."""
    return f" (correlation id {correlation_id[:64]})" if correlation_id else ""


def _decoded(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
