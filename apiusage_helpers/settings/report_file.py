"""A params file: what a report is made from, checked as a whole before anything runs.

`read_report_file` reads YAML, lays `-p` values over it and names every fault in one ParameterError: unknown keys, wrong
types, values outside what is allowed, contradictions. Each notebook has its own model of parameters on a common base.
No secret belongs into a params file; the value of a field whose name looks like one is never shown.
"""

import hashlib
import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from apiusage_helpers.errors import ParameterError, looks_secret, shown
from apiusage_helpers.interval import resolve, zone
from apiusage_helpers.names import organization_name
from apiusage_helpers.selection import MOST_TOP, Selection, checked_http_method, select
from apiusage_helpers.settings.schedule import Schedule
from apiusage_helpers.settings.strict import Strict, allowed

_Model = TypeVar("_Model", bound=BaseModel)
_REPORT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_CRON_FIELDS = 5
_PER_RUN = frozenset({"organization", "date_range", "display_timezone"})


def _organizations(value: str | list[str]) -> None:
    names = [value] if isinstance(value, str) else value
    if not names:
        raise ParameterError("an empty list: name at least one organization, or write all")
    for name in names:
        if not (isinstance(value, str) and name == "all"):
            organization_name(name)


class ReportParameters(Strict):
    """What every report can be told: whose usage, of which days, and the choices of its sections."""

    organization: Annotated[str | list[str], allowed(_organizations)]
    date_range: str
    display_timezone: Annotated[str, allowed(zone)] = "UTC"
    clients: list[str] = []
    client_template_uris: list[str] = []
    template_uris: list[str] = []
    http_methods: list[Annotated[str, allowed(checked_http_method)]] = []
    top: Annotated[int, Field(ge=1, le=MOST_TOP)] = 5


class ViewParameters(ReportParameters):
    """What the API Usage view can be told beyond that: the rows that filter it, clients by id or name, URLs as text."""

    filter_clients: list[str] = []
    filter_urls: list[str] = []


MODELS: dict[str, type[ReportParameters]] = {"api_usage_report": ReportParameters, "api_usage_view": ViewParameters}


class _ReportFile(Strict):
    notebook: str
    schedule: Schedule | None = None
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Report:
    """A checked params file with its `-p` values, as of the UTC date `today`."""

    name: str
    notebook: str
    parameters: ReportParameters
    schedule: Schedule | None
    today: date
    file: str = ""
    overrides: tuple[tuple[str, str], ...] = ()

    def command(self, organization: str) -> str:
        """The command that makes this report of one of its organizations again, ready for a shell."""
        interval = self.selection(organization).interval
        told = {"organization": organization, "date_range": str(interval)}
        told |= {name: text for name, text in self.overrides if name not in told}
        options = [word for pair in told.items() for word in ("-p", *pair)]
        return shlex.join(["apiusage", "report", self.file, "--today", str(self.today), *options])

    def organizations(self, known: Sequence[str]) -> tuple[str, ...]:
        """The organizations that are reported on; `all` means those `known` to the store."""
        wanted = self.parameters.organization
        if wanted == "all":
            return tuple(known)
        return tuple(dict.fromkeys([wanted] if isinstance(wanted, str) else wanted))

    def selection(self, organization: str) -> Selection:
        """The selection of one of its organizations."""
        chosen = self.parameters.model_dump(include=set(_SELECTED))
        return select(organization, self.parameters.date_range, today=self.today, **chosen)


_SELECTED = ("display_timezone", "clients", "client_template_uris", "template_uris", "http_methods", "top")


def read_report_file(
    path: Path,
    overrides: Sequence[tuple[str, str]] = (),
    *,
    today: date,
    check_cron: Callable[[str], object] = lambda _: None,
) -> Report:
    """The report that a params file and `-p NAME VALUE` pairs describe as of the UTC date `today`.

    ParameterError tells all faults at once: of the file, its schedule, its parameters and the overrides. `check_cron`
    raises ParameterError for a cron expression that the scheduler does not know.
    """
    faults: list[str] = []
    name = _report_name(path, faults)
    written = _read_yaml(path)
    parsed = _validated(_ReportFile, written, "", faults)
    faults.extend(_cron_fault(written.get("schedule"), check_cron))
    notebook = written.get("notebook")
    model = MODELS.get(notebook) if isinstance(notebook, str) else None
    if model is None and isinstance(notebook, str):
        faults.append(f"notebook: {shown('notebook', notebook)} is unknown: use {' or '.join(MODELS)}")
    parameters = _parameters(model or ReportParameters, written.get("parameters"), overrides, today, faults)
    if faults or parsed is None or parameters is None:
        raise ParameterError(_all_faults(path, faults))
    name += _override_suffix(parameters, overrides)
    return Report(name, parsed.notebook, parameters, parsed.schedule, today, _shown_place(path), tuple(overrides))


def _cron_fault(schedule: object, check_cron: Callable[[str], object]) -> list[str]:
    """The fault of a cron expression that has the form of one, whatever else is wrong with the file."""
    cron = schedule.get("cron") if isinstance(schedule, Mapping) else None
    try:
        if isinstance(cron, str) and len(cron.split()) == _CRON_FIELDS:
            check_cron(cron)
    except ParameterError as fault:
        return [f"schedule.cron: {fault}"]
    return []


def _shown_place(path: Path) -> str:
    """The params file as a page may name it: from its params/ on, or its name alone, never a machine's folders."""
    parts = path.parts
    return "/".join(parts[len(parts) - 1 - parts[::-1].index("params") :]) if "params" in parts else path.name


def _report_name(path: Path, faults: list[str]) -> str:
    name = f"views.{path.stem}" if path.resolve().parent.name == "views" else path.stem
    if not _REPORT_NAME.fullmatch(name):
        faults.append(f"file name: {name!r} cannot name a report: 1 to 64 letters, digits and . _ - only")
    return name


def _override_suffix(parameters: ReportParameters, overrides: Sequence[tuple[str, str]]) -> str:
    if {name for name, _ in overrides} <= _PER_RUN:
        return ""
    kept = parameters.model_dump(mode="json", exclude=set(_PER_RUN))
    return "@" + hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:8]


def _parameters(
    model: type[ReportParameters],
    written: object,
    overrides: Sequence[tuple[str, str]],
    today: date,
    faults: list[str],
) -> ReportParameters | None:
    if not isinstance(written, Mapping):
        return None
    laid_over = {**written, **_override_values(model, overrides, faults)}
    found = _validated(model, laid_over, "parameters.", faults)
    date_range = laid_over.get("date_range")
    if isinstance(date_range, str):
        try:
            resolve(date_range, today)
        except ParameterError as fault:
            faults.append(f"parameters.date_range: {fault}")
    return found


def _override_values(
    model: type[ReportParameters], overrides: Sequence[tuple[str, str]], faults: list[str]
) -> dict[str, object]:
    """Each `-p` text read by its field's type; what no field or type fits stays text, for the model to refuse."""
    values: dict[str, object] = {}
    for name, text in overrides:
        if name in values:
            faults.append(f"-p {name}: given twice")
        field = model.model_fields.get(name)
        values[name] = text if field is None else _read_as(field.annotation, text)
    return values


def _read_as(annotation: object, text: str) -> object:
    kind = str(annotation)
    if "list" in kind:
        return _read_list(text, one_is_text="str |" in kind)
    if annotation is str:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _read_list(text: str, *, one_is_text: bool) -> object:
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return parts[0] if one_is_text and len(parts) == 1 else parts


class _UniqueKeys(yaml.SafeLoader):
    """YAML's safe loader, but a key that stands twice in one mapping is a fault, not a silent choice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002  # PyYAML's signature
        """The mapping of `node`; a ConstructorError names the line of a second key."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                line = node.value[place][0].start_mark
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", line)
        return super().construct_mapping(node, deep)


_BOOLEAN = "tag:yaml.org,2002:bool"
_UniqueKeys.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOLEAN]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}  # YAML 1.2, as people write it: `on`, `off`, `yes` and `no` are words
_UniqueKeys.add_implicit_resolver(_BOOLEAN, re.compile(r"true|True|TRUE|false|False|FALSE"), list("tTfF"))


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        written = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506  # a SafeLoader
    except FileNotFoundError:
        raise ParameterError(f"{path}: there is no such params file{_neighbours(path)}") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise ParameterError(f"{path}: cannot be read as a params file: {fault}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as fault:
        raise ParameterError(f"{path}: not YAML: {_one_line(fault)}") from None
    if not isinstance(written, dict) or not all(isinstance(key, str) for key in written):
        raise ParameterError(f"{path}: a params file has the keys notebook, schedule and parameters")
    return written


def _neighbours(path: Path) -> str:
    names = sorted(file.name for file in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
    return f"; in {path.parent} there are {', '.join(names)}" if names else ""


def _one_line(fault: BaseException) -> str:
    return " ".join(str(fault).split())[:200]


def _validated(model: type[_Model], written: object, prefix: str, faults: list[str]) -> _Model | None:
    try:
        return model.model_validate(written)
    except ValidationError as found:
        faults.extend(_sentence(prefix, error, written, model) for error in found.errors(include_url=False))
        return None


def _sentence(prefix: str, error: ErrorDetails, written: object, model: type[BaseModel]) -> str:
    place = [part for part in error["loc"] if not str(part).startswith(("list[", "function-", "str"))]
    name = prefix + ".".join(map(str, place))
    if error["type"] == "extra_forbidden":
        allowed = f"; allowed here: {', '.join(model.model_fields)}" if len(place) == 1 else ""
        warning = " (and a params file must hold no secret)" if looks_secret(name) else ""
        return f"{name}: unknown key{allowed}{warning}"
    if error["type"] == "missing":
        return f"{name}: missing"
    seen = _value_at(written, error["loc"])
    return f"{name}: {shown(name, seen)}: {error['msg'].removeprefix('Value error, ')}"


def _value_at(written: Any, place: Sequence[int | str]) -> object:
    for part in place:
        try:
            written = written[part]
        except (KeyError, IndexError, TypeError):
            break
    return written


def _all_faults(path: Path, faults: Sequence[str]) -> str:
    lines = list(dict.fromkeys(faults)) or ["parameters: missing"]
    count = "1 fault" if len(lines) == 1 else f"{len(lines)} faults"
    return f"{path}: {count}, nothing was run\n" + "\n".join(f"  {line}" for line in lines)
