"""Have landed files parsed by a child process, and outlive whatever happens to it.

Belongs here: starting the parser, asking it, telling a bad file from a bad day. Does not belong
here: what the child does (parser).
"""

import json
import os
import select
import shutil
import signal
import subprocess  # one fixed command, no shell  # nosec B404
import sys
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from orchestration.contracts import Contract
from orchestration.contracts.shapes import as_message
from orchestration.ingestion.files import make_private_folder
from orchestration.ingestion.gate import MAXIMUM_SETTING, FileRefusedError
from orchestration.ingestion.landing import landed_path
from orchestration.ingestion.parts import JudgedPart
from orchestration.ingestion.results import LandedFile
from orchestration.mappings.compiled import ANY_FILE, any_file
from orchestration.mappings.models import Mapping

if TYPE_CHECKING:
    from orchestration.ingestion.blanking import Blanking
    from orchestration.ingestion.rewriting import Removal

# Wall time beyond any processor limit of the child: only a child that waits gets here.
_PATIENCE_SECONDS = 600
_BYTES_PER_PATIENT_SECOND = 1 << 18
# Two deaths are the file's doing; one may be an operator's.
_ATTEMPTS = 2
# -P: a file in the working folder must not pass for a library.
_COMMAND = (sys.executable, "-P", "-m", "orchestration.ingestion.parser")
_TOO_SLOW = ("TOO_SLOW", "a file that can be read at 1 MB a second or faster")
_DEATHS: dict[int, tuple[str, str]] = {
    signal.SIGXCPU: _TOO_SLOW,
    signal.SIGKILL: ("TOO_HEAVY", "a file that the memory limits of the parser can hold"),
    signal.SIGXFSZ: ("TOO_LARGE", "a file whose contents take less than 64 GiB"),
}
_CRASHED = ("UNREADABLE", "a file that its own program can open; save it anew and deliver it again")
_FAILED = ("READER_FAILED", "a file that Heard can read; please report this with its version")
_INHERITED = (MAXIMUM_SETTING, "PATH", "LANG", "LC_ALL", "TZ", "PYTHONPATH")


class ParserFailedError(OSError):
    """The parser could not work at all: a full disk, no permission; the file is not to blame."""


class Parser:
    """A parser that starts when it is first needed and ends with its context."""

    def __init__(self, home: Path, mappings: Dictionary[str, Mapping] | None = None) -> None:
        self._home = home
        self._mappings = mappings or {}
        self._scratch = home / "tmp" / "parser"
        self._process: subprocess.Popen[str] | None = None
        self._files = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def mapping_of(self, contract: Contract) -> Mapping | None:
        """The mapping of a source without a format of its own."""
        return self._mappings.get(contract.source)

    def parse(
        self, contract: Contract, file: LandedFile, collection_year: int
    ) -> tuple[Path, list[JudgedPart]]:
        """Open and judge one landed file.

        Returns:
            The folder that holds the staged parts, until `clear`; and what each part is.

        Raises:
            FileRefusedError: The file cannot be used at all.
            ParserFailedError: The machine, not the file, is at fault.
        """
        scratch, reply = self._request(contract, file, collection_year)
        return scratch, [JudgedPart.from_message(part) for part in reply["parts"]]

    def rows_of(
        self,
        contract: Contract,
        file: LandedFile,
        collection_year: int,
        part: str,
        numbers: list[int],
    ) -> tuple[list[str], Path | None]:
        """Read some rows of one part again, as delivered.

        Returns:
            The header, and a Parquet file of `_row_number` and the cells, until `clear`; None
            where the part has no such rows.
        """
        wanted = {"part": part, "numbers": numbers}
        scratch, reply = self._request(contract, file, collection_year, wanted)
        return reply["header"], scratch / reply["rows"] if reply["rows"] else None

    def rewrite(
        self, contract: Contract, file: LandedFile, collection_year: int, removal: "Removal"
    ) -> tuple[Path, int]:
        """Have a landed file written anew without some rows.

        Returns:
            The new file, until `clear`, and how many delivered rows it lacks.
        """
        task = {"removal": removal.as_message()}
        scratch, reply = self._request(contract, file, collection_year, erasure=task)
        return scratch / reply["rewritten"], int(reply["removed"])

    def blank(
        self, contract: Contract, file: LandedFile, collection_year: int, blanking: "Blanking"
    ) -> tuple[Path, int, int]:
        """Have a landed file written anew with marks in the place of old words.

        Returns:
            The new file, until `clear`; how many cells got a mark; of how many columns words stay,
            because more is read from them.

        Raises:
            FileRefusedError: Nobody can tell its columns.
        """
        task = {"blanking": blanking.as_message()}
        scratch, reply = self._request(contract, file, collection_year, erasure=task)
        return scratch / reply["blanked"], int(reply["cells"]), int(reply["fixed"])

    def unstaged(
        self,
        contract: Contract,
        file: LandedFile,
        collection_year: int,
        numbers: Sequence[int] = (),
        only_comments: bool = False,
    ) -> Path:
        """Have all that could be an id read out of some rows, of the whole file, or of comments.

        Returns:
            A Parquet file of `number` and `cell`, until `clear`.
        """
        task = {"unstaged": list(numbers), "only_comments": only_comments}
        scratch, reply = self._request(contract, file, collection_year, erasure=task)
        return scratch / str(reply["unstaged"])

    def look(self, file: LandedFile, collection_year: int) -> Any:
        """What `mappings.tasks` finds in a file that belongs to no delivery.

        Raises:
            FileRefusedError: The file cannot be used at all.
            ParserFailedError: The machine, not the file, is at fault.
        """
        return self._request(any_file(), file, collection_year)[1]["found"]

    def _request(
        self,
        contract: Contract,
        file: LandedFile,
        collection_year: int,
        wanted: dict[str, Any] | None = None,
        erasure: dict[str, Any] | None = None,
    ) -> tuple[Path, dict[str, Any]]:
        self._files += 1
        scratch = self._scratch.resolve() / str(self._files)
        make_private_folder(scratch)
        mapping = self.mapping_of(contract)
        request = {
            "contract": as_message(contract),
            "looks": contract.source == ANY_FILE,
            "mapping": mapping.model_dump_json(by_alias=True) if mapping else None,
            "file_name": file.name,
            "path": str(landed_path(self._home, file.sha256).resolve()),
            "scratch": str(scratch),
            "collection_year": collection_year,
            "wanted": wanted,
            "rows": file.rows_left,
            "erasure": erasure,
        }
        reply = self._ask(request, _PATIENCE_SECONDS + file.size / _BYTES_PER_PATIENT_SECOND)
        if "failure" in reply:
            raise ParserFailedError(
                f"{file.name} could not be read: {reply['failure']}; nothing of its delivery was"
                " loaded, see that there is room on the disk and run again"
            )
        if "refusal" in reply:
            raise FileRefusedError(*reply["refusal"])
        return scratch, reply

    def clear(self) -> None:
        """Remove every staged part; they hold ids as delivered."""
        for folder in self._scratch.glob("[0-9]*"):
            shutil.rmtree(folder)

    def _ask(self, request: dict[str, Any], patience: float) -> dict[str, Any]:
        """Ask once more after a death; a second one is the file's doing."""
        refusal = _CRASHED
        for _ in range(_ATTEMPTS):
            answer = self._exchange(request, patience)
            if answer:
                return dict(json.loads(answer))
            code = self._stop(is_dying=answer is not None)
            refusal = _TOO_SLOW if answer is None else _cause(code)
            if refusal == _TOO_SLOW:
                break
        return {"refusal": refusal}

    def _exchange(self, request: dict[str, Any], patience: float) -> str | None:
        """The child's answer; empty when it died, None when it took too long."""
        process = self._running()
        if process.stdin is None or process.stdout is None:
            return ""
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], patience)
        return process.stdout.readline() if ready else None

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            make_private_folder(self._scratch / "spill")
            make_private_folder(self._home / "landing")
            folders = [str((self._home / "landing").resolve()), str(self._scratch.resolve())]
            # Our own interpreter and module.
            self._process = subprocess.Popen(  # noqa: S603 # nosec B603
                [*_COMMAND, *folders],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # What a parser says when it dies may quote the file.
                stderr=subprocess.DEVNULL,
                text=True,
                umask=0o077,
                # The pseudonym key is not among them.
                env={name: os.environ[name] for name in _INHERITED if name in os.environ},
            )
        return self._process

    def _stop(self, is_dying: bool = False) -> int:
        """End the child, unless it is ending anyway, and return how it ended."""
        process, self._process = self._process, None
        if process is None:
            return 0
        if not is_dying:
            # It waits for work and holds nothing that anybody needs.
            process.kill()
        code = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        return code


def _cause(code: int) -> tuple[str, str]:
    """What a file is refused for, by how the parser ended: below 0 by a signal, above by itself."""
    return _FAILED if code > 0 else _DEATHS.get(-code, _CRASHED)
