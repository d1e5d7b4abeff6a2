"""What can go wrong, one class per edge of the kit, and the exit code that each ends with.

A message is written for the person who has to act: it names the file, field or column, the value seen, what is
allowed, and what to do next. It never holds the value of a field whose name looks like a secret.
"""

import errno
import logging
import os
import re
import reprlib

_SECRET_NAME = re.compile(r"token|secret|passw|pwd|credential|api_?key|authori[sz]ation", re.IGNORECASE)

# an address with a user, a query or parameters in it, which may be secrets, or one that is cut before them
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s'\"]*(?:[@?;]|…$)", re.IGNORECASE)
_CALL = re.compile(r'of RPC that terminated with:.*?details = "(?P<details>[^"\n]+)', re.DOTALL)  # as gRPC writes it
_FOLDERS = frozenset({"PWD", "OLDPWD"})  # the shell's working folders, not passwords


class ApiUsageError(Exception):
    """Base of every fault that the kit explains in one message; anything else is a defect of the kit."""

    exit_code = 1


class ParameterError(ApiUsageError):
    """Settings that cannot be used: nothing was run."""

    exit_code = 2


class UsageError(ApiUsageError):
    """Usage rows that break the rules of `usage.py`: nothing was stored."""

    exit_code = 3


class SourceError(ApiUsageError):
    """A file or service outside the kit that cannot be read: nothing was stored. `status` is a service's HTTP status."""

    exit_code = 3

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class StoreError(ApiUsageError):
    """A store that is absent, damaged, foreign or cannot be written: it stays as it was."""

    exit_code = 3


class RunError(ApiUsageError):
    """A run that ended without a report: the last published one stays. `exit_code` is 4, 5 or 75.

    `may_pass` marks a cause that may be gone at the next try, such as a killed kernel.
    """

    def __init__(self, message: str, *, exit_code: int = 4, may_pass: bool = False) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.may_pass = may_pass


class DeliveryError(ApiUsageError):
    """News that could not be delivered: the report itself is published."""

    exit_code = 6


_ELSEWHERE = "set APIUSAGE_STORE and APIUSAGE_OUTPUT to folders that you may write to"
UNWRITABLE = {
    errno.ENOSPC: "free some space and try again", errno.EDQUOT: "free some of your quota and try again",
    errno.EFBIG: "allow larger files here (ulimit -f)",
    errno.EROFS: _ELSEWHERE, errno.EACCES: _ELSEWHERE, errno.EPERM: _ELSEWHERE,
}  # fmt: skip


def why_unwritable(fault: BaseException) -> str:
    """Why something cannot be written, and what to do, where the system's own word for it is in the message of an engine."""
    known = [number for number in UNWRITABLE if os.strerror(number) in str(fault)]
    if known:
        return f"{os.strerror(known[0])}: {UNWRITABLE[known[0]]}"
    return first_line(str(fault)) or type(fault).__name__


def first_line(text: str) -> str:
    """The first line of a message from outside, of which the others are for its makers; of a failed call its details.

    >>> first_line("no such file" + chr(10) + "at line 7")
    'no such file'
    """
    call = _CALL.search(text)
    return ((call["details"] if call else text).strip().splitlines() or [""])[0][:200]


def defect(fault: Exception) -> str:
    """What is told of a fault that the kit does not explain; its text may hold anything, so only its kind is named.

    Where it happened goes to the log, which --debug shows: whoever tells a defect goes on with the rest.
    """
    logging.getLogger(__name__).debug("a defect", exc_info=fault)
    return f"a defect of this program ({type(fault).__name__}); --debug shows where"


_ENGINE_FAULTS = frozenset({
    "IOException", "InvalidInputException", "SerializationException", "ConversionException", "FatalException",
})  # fmt: skip


_SPARK_FAULTS = frozenset({
    "AnalysisException", "ArithmeticException", "Py4JError", "Py4JJavaError", "Py4JNetworkError", "PySparkRuntimeError",
    "QueryExecutionException", "RetriesExceeded", "SparkConnectException", "SparkConnectGrpcException", "SparkException",
    "SparkRuntimeException", "UnknownException",
})  # fmt: skip


def engine_fault(name: str, text: str) -> "StoreError | SourceError | None":
    """What a fault of an engine means, by the name of its class, while it reads stored rows; None for any other fault."""
    if name in _SPARK_FAULTS:
        return SourceError(
            f"Spark could not count the rows ({first_line(text)}); look at the cluster and try again, or count without it "
            '(-p engine duckdb -p spark_remote "")'
        )
    if name not in _ENGINE_FAULTS:
        return None
    return StoreError(f"the store cannot be read ({first_line(text)}); try: apiusage doctor")


def explained(fault: Exception, *, where: object = "a folder", of_the_disk: int = 5) -> tuple[str, int]:
    """What is told of any fault, and its exit code: the kit's own as it stands, the disk's with its file, else a defect.

    `where` stands for a file that the disk does not name, `of_the_disk` is the code of its faults.

    >>> explained(ParameterError("top: 0: at least 1"))
    ('top: 0: at least 1', 2)
    >>> explained(OSError(28, "No space left on device"), where="output")
    ('output: No space left on device', 5)
    >>> explained(KeyError("x"))
    ('a defect of this program (KeyError); --debug shows where', 1)
    """
    if isinstance(fault, ApiUsageError):
        return str(fault), fault.exit_code
    of_the_engine = engine_fault(type(fault).__name__, str(fault))
    if of_the_engine:
        return str(of_the_engine), of_the_engine.exit_code
    if isinstance(fault, OSError):
        return f"{fault.filename or where}: {fault.strerror or fault}", of_the_disk
    return defect(fault), 1


def quoted(value: object) -> str:
    """A value from outside as a message may show it, however large or odd it is.

    >>> quoted("CRM sync"), len(quoted("a" * 1000))
    ("'CRM sync'", 200)
    """
    return shown("", value, 200)


def shown(name: str, value: object, limit: int = 80) -> str:
    """`value` as a message may show it: quoted, cut at `limit` characters, hidden when it may be a secret.

    That is where `name` looks like one, and where the value is an address with a user, a query or parameters in it. However
    large a value is, no more of it is written out than is shown.

    >>> shown("top", "ten"), shown("client_secret", "x1"), shown("to", "mailto://me:x1@host")
    ("'ten'", '(hidden)', '(hidden)')
    """
    text = _bounded(limit).repr(value)
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return "(hidden)" if looks_secret(name) or _ADDRESS.search(text) else text


def _bounded(limit: int) -> reprlib.Repr:
    """A writer of values that looks at a few levels and the first parts of each."""
    writer = _FromTheStart()
    writer.maxlevel = 4
    writer.maxstring = writer.maxother = writer.maxlong = limit
    writer.maxlist = writer.maxtuple = writer.maxdict = writer.maxset = limit
    return writer


class _FromTheStart(reprlib.Repr):
    """Text is cut at its end, not in its middle."""

    def repr_str(self, text: str, level: int) -> str:  # noqa: ARG002  # reprlib's signature
        """The beginning of a text, quoted."""
        return repr(text[: self.maxstring + 1])


def looks_secret(name: str) -> bool:
    """Whether a field of this name may hold a secret."""
    return name not in _FOLDERS and _SECRET_NAME.search(name) is not None
