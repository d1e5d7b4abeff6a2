"""Text that a spreadsheet would run as a formula, made safe and back again.

A cell that starts with = + - @ a tab, a line end, NUL, | % or a full-width form of one of them can be run when a CSV
file is opened. A `'` before it stops that. The rule is reversible: the same pattern tells which text bears a guard.
(OWASP, "CSV Injection"; the rule also guards text that already starts with `'` and one of these, so that taking one
guard off always gives the text back.)
"""

import re

_RUNS = re.compile("'*[=+\\-@\t\r\n\x00|%＝＋－＠]")


def guarded(text: str) -> str:
    """`text`, with a `'` before it where a spreadsheet could run it.

    >>> guarded("=1+1"), guarded("'=1+1"), guarded("CRM sync")
    ("'=1+1", "''=1+1", 'CRM sync')
    """
    return f"'{text}" if _RUNS.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given.

    >>> unguarded("'=1+1"), unguarded("O'Neil"), unguarded("'quoted'")
    ('=1+1', "O'Neil", "'quoted'")
    """
    return text[1:] if text.startswith("'") and _RUNS.match(text) else text
