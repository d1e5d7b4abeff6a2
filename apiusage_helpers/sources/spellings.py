"""URLs that are written in several ways (`get` and `GET`, with a host, a slash at the end): counted apart, and told."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pyarrow as pa

from apiusage_helpers.text import visible

_HOST = re.compile(r"^https?://[^/]+/", re.IGNORECASE)
_MOST_TOLD = 3


def told_spellings(usage: pa.Table) -> Iterator[str]:
    """A sentence for each of the first URLs of a usage table that has several spellings, and one for how many more there are."""
    pairs = usage.select(["http_method", "template_uri"]).group_by(["template_uri", "http_method"]).aggregate([])
    spelled: dict[tuple[str, str], list[str]] = defaultdict(list)
    for method, uri in sorted(zip(pairs["http_method"].to_pylist(), pairs["template_uri"].to_pylist(), strict=True)):
        spelled[_meant(method, uri)].append(f"{method} {uri}")
    several = [names for names in spelled.values() if len(names) > 1]
    for names in several[:_MOST_TOLD]:
        told = " and ".join(map(visible, names))
        yield f"{told} are likely the same URL, written in {len(names)} ways: they are counted apart, as delivered"
    if len(several) > _MOST_TOLD:
        yield f"{len(several) - _MOST_TOLD} more URLs are written in several ways"


def _meant(method: str, uri: str) -> tuple[str, str]:
    """One spelling for all: method in capitals, no host, no slash at either end, letters of one case."""
    return method.upper(), _HOST.sub("", uri).strip("/").lower()
