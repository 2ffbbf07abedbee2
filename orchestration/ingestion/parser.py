"""The parser: a child process with limits, which opens untrusted files and judges their rows.

It reads one request a line from standard input and answers each with one line. It never sees the
warehouse, the pseudonym key or a network name, and it may write to one folder. Whatever a file
does to it, the run goes on.

Belongs here: the child's side. Does not belong here: starting it or waiting for it (parsing).
"""

import ctypes
import json
import os
import resource
import select
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.contracts.shapes import from_message
from orchestration.hardening import connect
from orchestration.ingestion.counting import require_rows
from orchestration.ingestion.csv_encoding import in_utf8
from orchestration.ingestion.extracts import Opening, Part
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.judging import delivered_rows, judge_parts
from orchestration.ingestion.lean import without_pandas
from orchestration.ingestion.readers import open_parts

if TYPE_CHECKING:
    from orchestration.contracts import Contract
    from orchestration.mappings.models import Mapping

# What a parser may hold in memory, and what DuckDB may take of it before it spills to disk.
ADDRESS_SPACE_BYTES = 4 << 30
DUCKDB_MEMORY = "512MB"
_MAXIMUM_WRITE_BYTES = 64 << 30
# A file gets a minute of processor time, and a second more for each of its megabytes.
_LEAST_SECONDS = 60
_BYTES_PER_SECOND = 1 << 20
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # A library that prints must not garble an answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _limit()
    con = _connect(Path(sys.argv[1]), Path(sys.argv[2]))
    with without_pandas():
        for line in sys.stdin:
            answers.write(json.dumps(_answer(con, json.loads(line))) + "\n")
            answers.flush()


def _answer(con: duckdb.DuckDBPyConnection, request: dict[str, Any]) -> dict[str, Any]:
    path = Path(request["path"])
    _grant_time(path)
    mapping = _mapping(request["mapping"]) if request["mapping"] else None
    opening = Opening(
        con=con,
        contract=_contract(request, mapping),
        file_name=request["file_name"],
        path=path,
        scratch=Path(request["scratch"]),
        collection_year=request["collection_year"],
    )
    try:
        opening = in_utf8(opening)
        if task := request.get("erasure"):
            # Loaded here, because hardly any day has one.
            from orchestration.ingestion.erasing import answer

            return answer(opening, task, mapping)
        if request["looks"]:
            # Loaded here, because no delivery needs it.
            from orchestration.mappings.tasks import found_by

            return {"found": found_by(opening, mapping)}
        if wanted := request["wanted"]:
            header, rows = delivered_rows(
                opening, _open(opening, mapping), wanted["part"], wanted["numbers"]
            )
            return {"header": header, "rows": rows}
        opened = _open(opening, mapping)
        parts = judge_parts(opening, opened)
        if request["rows"] is not None:
            records = next((part.records for part in opened), None)
            require_rows(opening, parts, request["rows"], records)
    except FileRefusedError as refusal:
        return {"refusal": [refusal.reason, refusal.expected]}
    except (MemoryError, duckdb.OutOfMemoryException):
        return {"refusal": ["TOO_HEAVY", f"a file that {DUCKDB_MEMORY} of memory can hold"]}
    except (OSError, duckdb.IOException) as error:
        # The disk's fault and not the file's, so the load stops and is tried again.
        number = getattr(error, "errno", None)
        return {"failure": os.strerror(number) if number else type(error).__name__}
    return {"parts": [part.as_message() for part in parts]}


def _mapping(text: str) -> "Mapping":
    # Loaded here, as all that knows of mappings: most deliveries have none, and it takes longer to
    # import than they take to judge.
    from orchestration.mappings.models import Mapping

    return Mapping.model_validate_json(text)


def _contract(request: dict[str, Any], mapping: "Mapping | None") -> "Contract":
    """The contract as the parent sees it: what must not be known is not even staged."""
    if mapping is None:
        return from_message(request["contract"])
    from orchestration.contracts import load_contract
    from orchestration.mappings.compiled import contract_of

    return contract_of(mapping, load_contract("voice_extension"))


def _open(opening: Opening, mapping: "Mapping | None") -> list[Part]:
    parts = open_parts(opening)
    if mapping is None:
        return parts
    from orchestration.ingestion.mapped_reader import map_parts

    return map_parts(opening, mapping, parts)


def _limit() -> None:
    """Die with the parent, and never take more than a file may cost."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if _is_nobodys():
            sys.exit(1)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAXIMUM_WRITE_BYTES, _MAXIMUM_WRITE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The parent decides when to stop; an interrupt at the terminal reaches us both.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _is_nobodys() -> bool:
    """Whether the parent died while we started, before its death could be ours.

    What it asked for may still be in the pipe; whoever answered would write where the next run
    has its own parser at work.
    """
    asking = select.poll()
    asking.register(0, 0)
    return any(event & select.POLLHUP for _, event in asking.poll(0))


def _grant_time(path: Path) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = _LEAST_SECONDS + path.stat().st_size // _BYTES_PER_SECOND
    limit = int(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _connect(landing: Path, scratch: Path) -> duckdb.DuckDBPyConnection:
    return connect(
        folders=(landing, scratch),
        config={
            "temp_directory": str(scratch / "spill"),
            "memory_limit": DUCKDB_MEMORY,
            # More threads wait for each other: on two they cost twice the processor time.
            "threads": 1,
        },
    )


if __name__ == "__main__":
    main()
