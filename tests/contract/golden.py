"""The bytes that a promise holds: CSV files and pictures of the sample's reports, by their digests.

`python tests/contract/golden.py` writes golden.json anew: only where a change of bytes is meant, told in the changelog.
"""

import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

FILE = Path(__file__).with_name("golden.json")
TODAY = "2026-07-01"
SAVED = """notebook: api_usage_view
parameters:
  organization: sample
  date_range: 2026-06-01/2026-06-14
  filter_urls: ["GET api/v2/users/{userId}"]
"""
REPORTS = {
    "week": ("daily", "2026-06-24/2026-06-30"),
    "month": ("monthly", "last_month"),
    "single day": ("daily", "2026-06-30/2026-06-30"),
    "saved view": ("views/saved", None),
    "missing days": ("daily", "2026-06-08/2026-06-14"),
}
_PICTURE = re.compile(r'src="(data:image/svg\+xml[^"]*)"')


def digests(folder: Path) -> dict[str, str]:
    """The first 16 hex digits of each CSV file's SHA-256, and those of all pictures of the page together."""
    pictures = "\n".join(_PICTURE.findall((folder / "report.html").read_text(encoding="utf-8")))
    assert pictures
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}
    return {
        name: hashlib.sha256(text).hexdigest()[:16] for name, text in {**files, "pictures": pictures.encode()}.items()
    }


def made(apiusage: Callable[..., object], params: Path, folder: Path) -> dict[str, dict[str, str]]:
    """The digests of every report, made by the command `apiusage` from a sample of 70 days; the last one lacks two days."""
    saved = folder / "params" / "views" / "saved.yaml"
    saved.parent.mkdir(parents=True)
    saved.write_text(SAVED, encoding="utf-8")
    apiusage("sample", "--today", TODAY, "--seed", "6", "--days", "70")
    found = {}
    for name, (report, date_range) in REPORTS.items():
        if name == "missing days":
            apiusage("forget", "--organization", "sample", "--interval", "2026-06-10/2026-06-11")
        file = saved if date_range is None else params / f"{report}.yaml"
        days = ("-p", "date_range", date_range) if date_range else ()
        found[name] = digests(apiusage.published(file, *days, "--today", TODAY))  # type: ignore[attr-defined]
    return found


if __name__ == "__main__":
    root = FILE.parents[2]
    sys.path.insert(0, str(root))
    from tests.conftest import command_line

    with tempfile.TemporaryDirectory() as place:
        now = made(command_line(Path(place)), root / "params", Path(place))
    FILE.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n", encoding="utf-8")
