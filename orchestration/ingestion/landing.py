"""Copy a delivery into the landing folder, where a file's name is the hash of its bytes.

Belongs here: reading the inbox safely, hashing, writing once and for ever. Does not belong here:
any look at what the bytes mean. Everything later reads the landed copy and never the inbox, so
what was checked is what is loaded.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from orchestration.contracts import Contract
from orchestration.ingestion.files import make_private_folder, sync_folder
from orchestration.ingestion.results import Delivery, InboxFile, LandedDelivery, LandedFile

_CHUNK = 1 << 20


class UnsafeFileError(OSError):
    """A file of the inbox is not a plain file, or has a second name."""


class FileChangedError(OSError):
    """A file of the inbox changed while it was read, so its delivery is not complete."""


class OtherBytesError(OSError):
    """A file of the inbox does not hold the bytes that its manifest promises, or not yet."""


def land_delivery(
    home: Path,
    delivery: Delivery,
    contract: Contract,
    erased: Mapping[str, LandedFile] | None = None,
) -> LandedDelivery:
    """Copy every file of a delivery to `home/landing` and give the delivery its identity.

    Args:
        home: The home folder.
        delivery: What lies in the inbox.
        contract: That of its source.
        erased: Files that this authority delivered before for this source and from which somebody
            was erased since, by the hash of what was delivered: they are not copied again.
    """
    landing = home / "landing"
    make_private_folder(landing)
    files = tuple(_land_file(landing, file, erased or {}) for file in delivery.files)
    dated = delivery.files if delivery.manifest is None else (*delivery.files, delivery.manifest)
    newest = max(file.modified_ns for file in dated)
    return LandedDelivery(
        delivery_id=_delivery_id(delivery, files, contract),
        authority_code=delivery.authority_code,
        source=delivery.source,
        as_of=delivery.as_of,
        # Whole microseconds: floats would round, and the warehouse keeps no finer time.
        delivered_at=datetime.fromtimestamp(newest // 1_000_000_000, UTC).replace(
            microsecond=newest // 1_000 % 1_000_000
        ),
        files=files,
        ignored=delivery.ignored,
    )


def landed_path(home: Path, sha256: str) -> Path:
    """Where the bytes with this hash lie."""
    return home / "landing" / sha256


def _delivery_id(delivery: Delivery, files: tuple[LandedFile, ...], contract: Contract) -> str:
    """The identity of a delivery: who, what, when and the bytes.

    File names take part only where they say what a file is; a return that is recognised by its
    header is the same return under another file name.
    """
    by_name = contract.match == "by_name"
    contents = sorted(
        (
            file.name.lower() if by_name else "",
            # Another count is another claim about the same bytes, so they are judged by it.
            file.identity if file.rows is None else f"{file.identity} {file.rows}",
        )
        for file in files
    )
    text = "\n".join(
        [
            delivery.authority_code,
            delivery.source,
            delivery.as_of.isoformat(),
            *(f"{content} {name}" for name, content in contents),
        ]
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _land_file(landing: Path, file: InboxFile, erased: Mapping[str, LandedFile]) -> LandedFile:
    with _opened(file) as descriptor:
        sha256, size = _hash(descriptor)
        if file.sha256 not in ("", sha256):
            raise OtherBytesError(f"{file.name} has another sha256")
        if sha256 in erased:
            _require_unchanged(file, descriptor)
            return replace(erased[sha256], name=file.name, rows=file.rows)
        if not (landing / sha256).exists():
            os.lseek(descriptor, 0, os.SEEK_SET)
            # The hash of the copy counts: the file may have changed since the first look.
            sha256, size = _copy(descriptor, landing)
        _require_unchanged(file, descriptor)
    return LandedFile(file.name, sha256, size, file.rows)


def read_whole(file: InboxFile) -> bytes:
    """Read a small file of the inbox as safely as one that is landed.

    Raises:
        FileChangedError: It changed or went away meanwhile.
        UnsafeFileError: It is no plain file.
    """
    with _opened(file) as descriptor:
        # A byte more than it should have, so that growth shows.
        content = os.read(descriptor, file.size + 1)
        _require_unchanged(file, descriptor)
    return content


def _require_unchanged(file: InboxFile, descriptor: int) -> None:
    status = os.fstat(descriptor)
    if (status.st_size, status.st_mtime_ns) != (file.size, file.modified_ns):
        raise FileChangedError(f"{file.name} changed while it was read; it is tried again")


@contextmanager
def _opened(file: InboxFile) -> Iterator[int]:
    # O_NONBLOCK, so that a pipe put in the file's place cannot make us wait for ever.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(file.path, flags)
    except FileNotFoundError:
        raise FileChangedError(f"{file.name} went away while it was read") from None
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENXIO):
            raise
        raise UnsafeFileError(f"{file.name} is not a plain file; deliver it as one") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            raise UnsafeFileError(f"{file.name} is not a plain file; deliver it as one")
        yield descriptor
    finally:
        os.close(descriptor)


def _hash(descriptor: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := os.read(descriptor, _CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _copy(descriptor: int, landing: Path) -> tuple[str, int]:
    """Copy to a dot-name, make it durable, then give it the name of its hash."""
    partial = landing / f".{os.getpid()}.part"
    partial.unlink(missing_ok=True)
    digest, size = hashlib.sha256(), 0
    target = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
    try:
        with os.fdopen(target, "wb") as stream:
            while chunk := os.read(descriptor, _CHUNK):
                digest.update(chunk)
                size += len(chunk)
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(landing / digest.hexdigest())
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(landing)
    return digest.hexdigest(), size
