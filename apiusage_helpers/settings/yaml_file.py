"""YAML files: read whole and bounded before anything in them is expanded, or refused by name.

Anchors and aliases are refused, since a few lines of them can mean gigabytes; so are files that are no regular files, larger than
`MOST_BYTES`, or nested deeper than `MOST_DEPTH`. A key that appears twice in one mapping is a fault, not a silent choice.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from apiusage_helpers.errors import ParameterError, quoted
from apiusage_helpers.project.small_files import read_bytes

MOST_BYTES = 1_000_000
MOST_DEPTH = 20
_TOO_DEEP = f"nested deeper than {MOST_DEPTH} levels"
_BOOLEAN = "tag:yaml.org,2002:bool"


class _Loader(yaml.composer.Composer, yaml.CSafeLoader):
    """YAML's safe loader without aliases, deep nesting and repeated keys.

    libyaml reads the text, a seventh of the time that PyYAML's own reader takes; nodes are composed here, where they are refused.
    """

    depth = 0

    def __init__(self, text: str) -> None:
        yaml.CSafeLoader.__init__(self, text)
        yaml.composer.Composer.__init__(self)

    def compose_node(self, parent: Any, index: Any) -> yaml.Node | None:
        """The next node; a ComposerError where it is an alias, bears an anchor, or lies too deep."""
        event: Any = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            what = "anchors (&) and aliases (*) are not read: write the value out"
            raise yaml.composer.ComposerError(None, None, what, event.start_mark)
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise yaml.composer.ComposerError(None, None, _TOO_DEEP, event.start_mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  # PyYAML's signature
        """The mapping of `node`; a ConstructorError names the line of a second key."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                line = node.value[place][0].start_mark
                raise yaml.constructor.ConstructorError(None, None, f"the key {quoted(key)} appears twice", line)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOLEAN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}  # YAML 1.2, as people write it: `on`, `off`, `yes` and `no` are words
_Loader.add_implicit_resolver(_BOOLEAN, re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF"))


def read_yaml(path: Path) -> object:
    """What the YAML file says; FileNotFoundError, or ParameterError that names the file and what to do."""
    return parsed_yaml(_content(path), str(path))


def parsed_yaml(content: bytes, name: str) -> object:
    """What YAML text says; ParameterError that begins with `name` where it is too large, too deep or no YAML."""
    if len(content) > MOST_BYTES:
        raise ParameterError(f"{name}: larger than {MOST_BYTES:,} bytes: no file of settings is")
    try:
        return yaml.load(content.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506  # a SafeLoader
    except UnicodeDecodeError as fault:
        raise ParameterError(f"{name}: cannot be read: {fault}; save it as UTF-8") from None
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError, TypeError) as fault:
        raise ParameterError(f"{name}: not YAML: {_one_line(fault)}") from None


def _content(path: Path) -> bytes:
    try:
        return read_bytes(path, MOST_BYTES)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as fault:
        raise ParameterError(f"{path}: cannot be read: {getattr(fault, 'strerror', None) or fault}") from None


def _one_line(fault: BaseException) -> str:
    mark, problem = getattr(fault, "problem_mark", None), getattr(fault, "problem", "")
    if mark is not None:
        # libyaml has a limit too, which it meets ahead of ours
        told = _TOO_DEEP if "nesting depth" in problem else problem
        return f"line {mark.line + 1}, column {mark.column + 1}: {told}"
    return " ".join(str(fault).split())[:200]
