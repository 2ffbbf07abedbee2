"""Which reader opens which file.

Belongs here: the registry. Does not belong here: any format's detail; a new format is a module of
its own and one line in `READERS`. What a reader must offer stands in extracts.
"""

from collections.abc import Callable
from pathlib import PurePath

from orchestration.ingestion.csv_reader import open_csv
from orchestration.ingestion.extracts import Opening, Part
from orchestration.ingestion.gate import FileRefusedError, check_size
from orchestration.ingestion.parquet_reader import open_parquet
from orchestration.ingestion.workbook_reader import open_workbook
from orchestration.ingestion.xml_reader import open_xml

READERS: dict[str, Callable[[Opening], list[Part]]] = {
    ".csv": open_csv,
    ".parquet": open_parquet,
    ".xlsx": open_workbook,
    ".xml": open_xml,
}


def open_parts(opening: Opening) -> list[Part]:
    """Open a landed file by the suffix under which it was delivered.

    Raises:
        FileRefusedError: The source does not come in this format, or the file is none.
    """
    suffix = PurePath(opening.file_name).suffix.lower()
    if suffix not in opening.contract.suffixes or suffix not in READERS:
        expected = " or ".join(opening.contract.suffixes)
        raise FileRefusedError("UNKNOWN_FORMAT", f"a file that ends in {expected}")
    check_size(opening.path)
    return READERS[suffix](opening)
