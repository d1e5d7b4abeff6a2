"""What a process of the runner leaves out when it starts.

nbformat validates notebooks with jsonschema, which builds a grammar for internationalized addresses (rfc3987-syntax, by
lark) whenever that optional package is there. It takes two thirds of a second; no schema of a notebook has such an address.
"""

import sys


def leave_out_grammar() -> None:
    """Jsonschema finds no grammar for addresses in this process; it must not have been imported yet."""
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None is how Python says "absent"
