"""Words and numbers as people read them: 1.2 million, 34.5 %, a long name cut with care, equal names told apart.

Names come from outside and may hold anything. What cannot be drawn, or would change the direction or line of the text
around it, is replaced by a visible sign; escaping for HTML is the table's business, not this module's.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from apiusage_helpers.interval import Interval, local_label

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
CLIENT_CELLS, URL_CELLS = 30, 84  # the room for names beside, and above, the bars of a picture
TOLD_CELLS = 150  # of a URL in a sentence, which may be broken after each slash: none of the platform's is cut
_METHOD_CELLS = 12
_START_OF_ID, _MARKS = 8, 3  # characters of an id that tell equal names apart; the steps in which labels are told apart
_LINES = 2  # of a label
_NEAR, _LONGEST_NAME = 2, 200  # names that are asked about; characters of a name that is looked up among others
_THOUSAND, _MILLION, _BILLION = 1e3, 1e6, 1e9


def visible(name: str) -> str:
    """`name` with every control, direction or zero-width character made visible.

    >>> visible("a" + chr(9) + "b")
    'a␉b'
    """
    return _UNSEEN.sub(lambda found: chr(0x2400 + ord(found[0])) if ord(found[0]) < ord(" ") else "\ufffd", name)


def width(text: str) -> int:
    """The cells that `text` fills in a fixed-width font: 2 for wide characters, 0 for combining ones."""
    return len(text) if text.isascii() else sum(map(cells_of, text))


def cells_of(sign: str) -> int:
    """The cells of one character; 1 of what Unicode does not know yet (some Pythons call that wide, some not).

    >>> [cells_of(sign) for sign in ("a", "⚡", chr(0x301), chr(0x40000))]
    [1, 2, 0, 1]
    """
    if unicodedata.combining(sign):
        return 0
    return 1 + (unicodedata.east_asian_width(sign) in "WF" and unicodedata.category(sign) != "Cn")


def cut(text: str, cells: int) -> str:
    """`text`, with its middle replaced by … where it is wider than `cells`.

    >>> cut("api/v2/users/{userId}/presences", 20)
    'api/v2/use…presences'
    """
    if width(text) <= cells:
        return text
    head, tail = cells // 2, cells - cells // 2 - 1
    return _first_cells(text, head) + "…" + _first_cells(text[::-1], tail)[::-1]


def broken(label: str, cells: int) -> list[str]:
    """`label` in at most two lines of about `cells`: broken after a slash, never in a word; cut in the middle if too long.

    >>> broken("GET api/v2/users/{userId}/presences", 20)
    ['GET api/v2/users/', '{userId}/presences']
    """
    found = [""]
    for part in re.findall(r"[^/]*/|[^/]+$", label):
        if found[-1] and width(found[-1] + part) > cells and len(found) < _LINES:
            found.append("")
        found[-1] += part
    return [cut(line, cells) for line in found]


def client_labels(clients: Iterable[tuple[str, str]], cells: int) -> list[str]:
    """One label for each (client_id, client_name), at most about `cells` wide, no two alike.

    A client without a name goes by its id. Where labels would be the same, each gets the start of its id; where that is not
    enough, the whole id, then also its place among the clients.

    >>> client_labels([("x1", "A"), ("x2", "A"), ("x3", "A (x1)")], 30)
    ['A (x1)', 'A (x2)', 'A (x1) (x3)']
    """
    pairs = list(clients)
    starts = Counter(client_id[:_START_OF_ID] for client_id, _ in pairs)
    marks = [_marks(client_id, starts, place) for place, (client_id, _) in enumerate(pairs, 1)]
    names = [visible(name) or visible(client_id) for client_id, name in pairs]
    labels = [cut(name, cells) for name in names]
    used = [0] * len(pairs)
    while alike := _alike(labels, used):
        for n in alike:
            labels[n] = f"{cut(names[n], cells - _START_OF_ID - 3)} ({marks[n][used[n]]})"
            used[n] += 1
    return labels


def mark_of(label: str, name: str) -> str:
    """What a client's label adds to its name, to tell it from others of that name; all of it where there is no name.

    >>> [mark_of("Bot (7de3af06)", "Bot"), mark_of("Bot (EU)", "Bot (EU)"), mark_of("7de3af06-5b", "")]
    ['7de3af06', '', '7de3af06-5b']
    """
    if not name:
        return label
    added = re.search(r" \(([^()]*)\)$", label)
    return added[1] if added and not visible(name).endswith(added[0]) else ""


def url_label(http_method: str, template_uri: str, cells: int) -> str:
    """The method and template URI, cut in the middle of the URI (and of a method that is none)."""
    method = f"{cut(visible(http_method), _METHOD_CELLS)} " if http_method else ""
    return method + cut(visible(template_uri), cells - len(method))


def whole(count: float) -> str:
    """A count with thousands separators: 1,234."""
    return f"{count:,.0f}"


def human(count: float) -> str:
    """A count short enough for a label.

    >>> [human(n) for n in (0, 999, 1000, 12345, 999_950, 2_500_000)]
    ['0', '999', '1.0k', '12.3k', '1.0M', '2.5M']
    """
    for size, sign in ((_BILLION, "G"), (_MILLION, "M"), (_THOUSAND, "k")):
        if count >= size * 0.99995 and count >= _THOUSAND:
            return f"{count / size:.1f}{sign}"
    return f"{count:.0f}"


def percent(share: float) -> str:
    """A share in percent, never rounded to a false 0 or 100; a dash where there is none.

    >>> [percent(s) for s in (0, 0.0000001, 0.123456, 0.99999, 1, 1.0003, float("nan"))]
    ['0 %', '<0.1 %', '12.3 %', '>99.9 %', '100 %', '>100 %', '–']
    """
    if share != share:  # noqa: PLR0124  # NaN is the only value that differs from itself
        return "–"
    if share in {0, 1}:
        return f"{share:.0%}".replace("%", " %")
    text = f"{share * 100:.1f}"
    return {"0.0": "<0.1", "100.0": ">99.9" if share < 1 else ">100"}.get(text, text) + " %"


def signed_percent(share: float) -> str:
    """A change in percent with its sign, by the rule of `percent`.

    >>> [signed_percent(s) for s in (0.2, -0.0004, 0, -0.0)]
    ['+20.0 %', '−<0.1 %', '0 %', '0 %']
    """
    return f"{_sign(share)}{percent(abs(share))}"


def signed_whole(change: int) -> str:
    """A change in whole numbers with its sign.

    >>> [signed_whole(n) for n in (1234, -1234, 0)]
    ['+1,234', '−1,234', '0']
    """
    return f"{_sign(change)}{abs(change):,}"


def _sign(change: float) -> str:
    return "+" if change > 0 else "−" if change < 0 else ""


def day_label(day: date, zone: ZoneInfo) -> str:
    """The day as the display zone labels it, `16 Nov`, and below it the UTC date where the zone is another."""
    shown = local_label(day, zone)
    utc = "" if zone.key == "UTC" else f"\nUTC {day.day} {day:%b}"
    return f"{shown.day} {shown:%b}{utc}"


def days_in_words(interval: Interval, *, year: bool = True) -> str:
    """The days of an interval as people write them.

    >>> week = Interval(date(2026, 11, 21), date(2026, 11, 27))
    >>> days_in_words(week), days_in_words(week.previous(), year=False), days_in_words(Interval(week.end, week.end))
    ('21–27 Nov 2026', '14–20 Nov', '27 Nov 2026')
    >>> days_in_words(Interval(date(2026, 10, 29), date(2026, 11, 27)))
    '29 Oct – 27 Nov 2026'
    """
    start, end = interval.start, interval.end
    last = f"{end.day} {end:%b}" + (f" {end.year}" if year else "")
    if start == end:
        return last
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{last}"
    first = f"{start.day} {start:%b}" + (f" {start.year}" if year and start.year != end.year else "")
    return f"{first} – {last}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Names in a row, the rest counted: `a, b, c and 4 more`."""
    rest = len(names) - most
    return ", ".join(names) if rest <= 0 else f"{', '.join(names[:most])} and {rest} more"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The known names that are most like one that is not known, as a question; empty where none is, and never that one.

    >>> did_you_mean("crm snyc", ["CRM sync", "Wallboard"])
    "; did you mean 'CRM sync'?"
    """
    by_lower = {one[:_LONGEST_NAME].lower(): one for one in known if one and one != name}
    near = get_close_matches(name[:_LONGEST_NAME].lower(), by_lower, n=_NEAR)
    return f"; did you mean {' or '.join(repr(visible(by_lower[one])) for one in near)}?" if near else ""


def counted(count: int, noun: str) -> str:
    """A count with its noun: `1 day`, `2 days`."""
    return f"{whole(count)} {noun}" if count == 1 else f"{whole(count)} {noun}s"


def _first_cells(text: str, cells: int) -> str:
    while text and width(text) > cells:
        text = text[:-1]
    return text


def _alike(labels: Sequence[str], used: Sequence[int]) -> list[int]:
    """The places of labels that occur more than once and have not used all their marks."""
    counts = Counter(labels)
    return [n for n, label in enumerate(labels) if counts[label] > 1 and used[n] < _MARKS]


def _marks(client_id: str, starts: Counter[str], place: int) -> tuple[str, ...]:
    """What tells a client from others of its name, in `_MARKS` steps: the start of its id, the whole id, its place."""
    start, whole_id = client_id[:_START_OF_ID], visible(client_id)
    return visible(start) if starts[start] == 1 else whole_id, whole_id, f"{whole_id}, {place}"
