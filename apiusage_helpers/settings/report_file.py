"""A params file: what a report is made from, checked as a whole before anything runs.

`checked_report_file` reads YAML, lays `-p` values over it and names every fault in one ParameterError: unknown keys, wrong
types, values outside what is allowed, contradictions. Each notebook has a model of its own for its parameters, on a
common base; the models are handed in.
No secret belongs into a params file; the value of a field whose name looks like one is never shown.
"""

import hashlib
import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, ClassVar, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, Field, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from apiusage_helpers.errors import ParameterError, looks_secret, quoted, shown
from apiusage_helpers.interval import resolve, zone
from apiusage_helpers.names import organization_name
from apiusage_helpers.selection import (
    MOST_TOP,
    Selection,
    checked_engine,
    checked_http_method,
    checked_spark_remote,
    select,
)
from apiusage_helpers.settings.schedule import Schedule
from apiusage_helpers.settings.strict import Strict, allowed
from apiusage_helpers.settings.yaml_file import parsed_yaml, read_yaml
from apiusage_helpers.text import did_you_mean, visible

_Model = TypeVar("_Model", bound=BaseModel)
_REPORT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_CRON_FIELDS = 5
_LONGEST_NAME = 120  # of a key, as messages show it
ANY_DAY = date(9999, 12, 31)  # a day on which every preset and every written interval has a meaning
WHERE_COUNTED = ("engine", "spark_remote")  # parameters that change no figure
_PER_RUN = frozenset({"organization", "date_range", "display_timezone", *WHERE_COUNTED})


def _organizations(value: str | list[str]) -> None:
    names = [value] if isinstance(value, str) else value
    if not names:
        raise ParameterError("an empty list: name at least one organization, or write all")
    for name in names:
        if not (isinstance(value, str) and name == "all"):
            organization_name(name)


def _fits_engine(spark_remote: str, known: ValidationInfo) -> str:
    try:
        return checked_spark_remote(spark_remote, known.data["engine"]) if "engine" in known.data else spark_remote
    except ParameterError as fault:
        raise ValueError(str(fault)) from None


class CommonParameters(Strict):
    """What every report can be told: whose usage, of which days, the choices of its sections, and where it is counted."""

    knows_billing_months: ClassVar[bool] = False

    organization: Annotated[str | list[str], allowed(_organizations)]
    date_range: str
    display_timezone: Annotated[str, allowed(zone)] = "UTC"
    clients: list[str] = []
    client_template_uris: list[str] = []
    template_uris: list[str] = []
    http_methods: list[Annotated[str, allowed(checked_http_method)]] = []
    top: Annotated[int, Field(ge=1, le=MOST_TOP)] = 5
    engine: Annotated[str, allowed(checked_engine)] = "duckdb"
    spark_remote: Annotated[str, AfterValidator(_fits_engine), Field(validate_default=True)] = ""

    def billing_day_of(self, organization: str) -> int | None:  # noqa: ARG002  # reports on fair use know one
        """The day on which the billing month of an organization starts; None where the report knows no such month."""
        return None


Models = Mapping[str, type[CommonParameters]]  # by the name of their notebook


class _Written(Strict):
    notebook: str
    schedule: Schedule | None = None
    parameters: dict[str, Any]


@dataclass(frozen=True)
class ReportFile:
    """A checked params file with its `-p` values: a report of whatever day it is made on."""

    name: str
    notebook: str
    parameters: CommonParameters
    schedule: Schedule | None = None
    file: str = ""
    overrides: tuple[tuple[str, str], ...] = ()

    def as_of(self, day: date) -> "Report":
        """The report as of the UTC date `day`, from which the days of its presets follow."""
        return Report(**{field.name: getattr(self, field.name) for field in fields(ReportFile)}, today=day)

    def organizations(self, known: Sequence[str]) -> tuple[str, ...]:
        """The organizations that are reported on; `all` means those `known` to the store."""
        wanted = self.parameters.organization
        if wanted == "all":
            return tuple(known)
        return tuple(dict.fromkeys([wanted] if isinstance(wanted, str) else wanted))


@dataclass(frozen=True, kw_only=True)
class Report(ReportFile):
    """A report file as of the UTC date `today`."""

    today: date

    def command(self, organization: str) -> str:
        """The command that makes this report of one of its organizations again, ready for a shell."""
        interval = self.selection(organization).interval
        told = {"organization": organization, "date_range": str(interval)}
        told |= {name: text for name, text in self.overrides if name not in told}
        options = [word for pair in told.items() for word in ("-p", *pair)]
        return shlex.join(["apiusage", "report", self.file, "--today", str(self.today), *options])

    def selection(self, organization: str) -> Selection:
        """The selection of one of its organizations."""
        chosen = self.parameters.model_dump(include=set(_SELECTED))
        billing_day = self.parameters.billing_day_of(organization)
        return select(organization, self.parameters.date_range, today=self.today, billing_day=billing_day, **chosen)


_SELECTED = (
    "display_timezone", "clients", "client_template_uris", "template_uris", "http_methods", "top", *WHERE_COUNTED,
)  # fmt: skip


def checked_report_file(
    path: Path,
    overrides: Sequence[tuple[str, str]] = (),
    *,
    models: Models,
    today: date = ANY_DAY,
    check_cron: Callable[[str], object] = lambda _: None,
) -> ReportFile:
    """What a params file and `-p NAME VALUE` pairs describe, with the parameter model of its notebook among `models`.

    ParameterError tells all faults at once: of the file, its schedule, its parameters as of the UTC date `today`, and
    the overrides. `check_cron` raises ParameterError for a cron expression that the scheduler does not know.
    """
    return _checked(path, _read_settings(path), overrides, models, today, check_cron)


def checked_report_text(content: bytes, name: str, *, models: Models, today: date = ANY_DAY) -> ReportFile:
    """As `checked_report_file`, of the bytes of a params file that messages call `name`."""
    return _checked(name, _as_settings(parsed_yaml(content, name), name), (), models, today, lambda _: None)


def _checked(  # noqa: PLR0913, PLR0917  # what a file is checked with
    place: Path | str,
    written: dict[str, Any],
    overrides: Sequence[tuple[str, str]],
    models: Models,
    today: date,
    check_cron: Callable[[str], object],
) -> ReportFile:
    """As `checked_report_file`; `place` is the file, or what messages call a text that has none."""
    faults: list[str] = []
    name = _report_name(place, faults) if isinstance(place, Path) else "opened"
    parsed = _validated(_Written, written, "", faults)
    faults.extend(_cron_fault(written.get("schedule"), check_cron))
    notebook = written.get("notebook")
    model = models.get(notebook) if isinstance(notebook, str) else None
    if model is None and isinstance(notebook, str):
        faults.append(f"notebook: {shown('notebook', notebook)} is unknown: use {' or '.join(models)}")
    parameters = _parameters(model or CommonParameters, written.get("parameters"), overrides, today, faults)
    if faults or parsed is None or parameters is None:
        raise ParameterError(_all_faults(place, faults))
    name += _override_suffix(parameters, overrides)
    file = _shown_place(place) if isinstance(place, Path) else place
    return ReportFile(name, parsed.notebook, parameters, parsed.schedule, file, tuple(overrides))


def _read_settings(path: Path) -> dict[str, Any]:
    try:
        return _as_settings(read_yaml(path), str(path))
    except FileNotFoundError:
        lost = (
            ": the link leads nowhere; mend it, or take it away"
            if path.is_symlink()
            else ": there is no such params file"
        )
        raise ParameterError(f"{path}{lost}{_neighbours(path)}") from None


def _as_settings(written: object, name: str) -> dict[str, Any]:
    if not isinstance(written, dict) or not all(isinstance(key, str) for key in written):
        raise ParameterError(f"{name}: a params file has the keys notebook, schedule and parameters")
    return written


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
        faults.append(f"file name: {quoted(name)} cannot name a report: 1 to 64 letters, digits and . _ - only")
    return name


def _override_suffix(parameters: CommonParameters, overrides: Sequence[tuple[str, str]]) -> str:
    if {name for name, _ in overrides} <= _PER_RUN:
        return ""
    kept = parameters.model_dump(mode="json", exclude=set(_PER_RUN))
    return "@" + hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:8]


def _parameters(
    model: type[CommonParameters],
    written: object,
    overrides: Sequence[tuple[str, str]],
    today: date,
    faults: list[str],
) -> CommonParameters | None:
    if not isinstance(written, Mapping):
        return None
    laid_over = {**written, **_override_values(model, overrides, faults)}
    found = _validated(model, laid_over, "parameters.", faults)
    date_range = laid_over.get("date_range")
    if isinstance(date_range, str):
        try:
            resolve(date_range, today, billing_day=_billing_day(found, model, today))
        except ParameterError as fault:
            faults.append(f"parameters.date_range: {fault}")
    return found


def _billing_day(found: CommonParameters | None, model: type[CommonParameters], today: date) -> int | None:
    """The billing day of one organization as far as it is known; of several, each run finds its own. None: no such months."""
    if not model.knows_billing_months:
        return None
    if found is None or today == ANY_DAY or not isinstance(found.organization, str) or found.organization == "all":
        return 1
    return found.billing_day_of(found.organization)


def _override_values(
    model: type[CommonParameters], overrides: Sequence[tuple[str, str]], faults: list[str]
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
    """The value that `text` means where this type is wanted: text as it is, a list as JSON, as YAML or by commas, else JSON."""
    kinds = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    if any(get_origin(kind) is list for kind in kinds):
        return _read_list(text, one_is_text=str in kinds)
    return text if str in kinds else _as_json(text)


def _read_list(text: str, *, one_is_text: bool) -> object:
    if text.lstrip().startswith("["):
        value = _as_json(text)
        return _as_yaml(text) if value is text else value
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return parts[0] if one_is_text and len(parts) == 1 else parts


def _as_json(text: str) -> object:
    """What JSON text means; text that is no JSON, or too deep to be read, stays text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _as_yaml(text: str) -> object:
    """What YAML text means, such as `[CRM sync, Wallboard]`; text that is no YAML stays text."""
    try:
        return parsed_yaml(text.encode(), "")
    except (ParameterError, UnicodeEncodeError):  # the latter of an argument that was not text
        return text


def _neighbours(path: Path) -> str:
    names = sorted(file.name for file in path.parent.glob("*.yaml") if file.is_file())
    there = f"; in {path.parent} there are {', '.join(names)}" if names else ""
    return did_you_mean(path.name, names) or there


def _validated(model: type[_Model], written: object, prefix: str, faults: list[str]) -> _Model | None:
    try:
        return model.model_validate(written)
    except ValidationError as found:
        faults.extend(_sentence(prefix, error, written, model) for error in found.errors(include_url=False))
        return None


def _sentence(prefix: str, error: ErrorDetails, written: object, model: type[BaseModel]) -> str:
    place, seen = _found(written, error)
    name = prefix + visible(".".join(map(str, place))[:_LONGEST_NAME])
    if error["type"] == "extra_forbidden":
        allowed = f"; allowed here: {', '.join(model.model_fields)}" if len(place) == 1 else ""
        warning = " (and a params file must hold no secret)" if looks_secret(name) else ""
        return f"{name}: unknown key{allowed}{warning}"
    if error["type"] == "missing":
        return f"{name}: missing"
    value = "(hidden)" if place[-1:] == ["to"] else shown(name, seen)  # what stands there in error is often an address
    return f"{name}: {value}: {error['msg'].removeprefix('Value error, ')}"


def _found(written: Any, error: ErrorDetails) -> tuple[list[int | str], object]:
    """Where in `written` an error lies, and what stands there; parts that lead nowhere are pydantic's names of types.

    A field of the model itself may be left out and its default be wrong beside the others.
    """
    place: list[int | str] = []
    for part in error["loc"]:
        try:
            written = written[part]
            place.append(part)
        except (KeyError, IndexError, TypeError):
            if error["type"] == "missing" and isinstance(written, Mapping):
                place.append(part)
            elif error["loc"] == (part,) and isinstance(written, Mapping):
                return [part], error["input"]
    return place, written


def _all_faults(place: Path | str, faults: Sequence[str]) -> str:
    lines = list(dict.fromkeys(faults)) or ["parameters: missing"]
    count = "1 fault" if len(lines) == 1 else f"{len(lines)} faults"
    return f"{place}: {count}, nothing was run\n" + "\n".join(f"  {line}" for line in lines)
