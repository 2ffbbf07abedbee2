"""Have a file outside of any delivery opened by the parser: looked at, or mapped for a trial.

Belongs here: a temporary folder that stands for a home folder, and the copy that the parser reads.
Does not belong here: opening the file in this process, because it is as untrusted as a delivery.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from orchestration.ingestion.files import make_private_folder, private_files
from orchestration.ingestion.gate import check_size
from orchestration.ingestion.landing import landed_path
from orchestration.ingestion.parsing import Parser
from orchestration.ingestion.results import LandedFile
from orchestration.mappings.compiled import ANY_FILE
from orchestration.mappings.models import Mapping

# The name of the copy; a hash would say nothing here.
_COPY = "delivered"


def ask_parser(path: Path, collection_year: int, mapping: Mapping | None = None) -> Any:
    """What the parser finds in a file, or what it makes of it by a mapping.

    Raises:
        FileRefusedError: The file cannot be read.
        ParserFailedError: The machine, not the file, is at fault.
    """
    # Before the copy: a file that is too large would fill the disk.
    check_size(path)
    with private_files(), tempfile.TemporaryDirectory(prefix="heard-map-") as folder:
        home = Path(folder)
        file = LandedFile(path.name, _COPY, path.stat().st_size)
        copied = landed_path(home, file.sha256)
        make_private_folder(copied.parent)
        shutil.copyfile(path, copied)
        with Parser(home, {ANY_FILE: mapping} if mapping else None) as parser:
            return parser.look(file, collection_year)
