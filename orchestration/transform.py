"""Run dbt once, inside this process, and say what became of every model and test.

Belongs here: calling dbt, its folders under the home folder, the manifest that Dagster reads,
and results that hold no value of any row.
Does not belong here: Dagster (``orchestration.defs.transform``), SQL (``dbt_project``) or the
settings themselves. dbt is imported inside functions: it takes longer than most runs' own work.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from orchestration.files import digest_files
from orchestration.privacy.messages import safe_message

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

REPOSITORY = Path(__file__).resolve().parent.parent
PROJECT = REPOSITORY / "dbt_project"
SEEDS = REPOSITORY / "seeds" / "reference"
CONTRACTS = REPOSITORY / "orchestration" / "contracts"
FAIRNESS = REPOSITORY / "orchestration" / "fairness"
MANIFEST = "manifest.json"
PARSED = "partial_parse.msgpack"

# Tests that only a change of the code can break; the project's own test run has them, a nightly
# run would pay for a hundred more dbt nodes and learn nothing.
STRUCTURAL = "tag:structural"

# A table depends on delivered data; a view only on the code.
_TABLES = ("config.materialized:table", "config.materialized:incremental", "resource_type:seed")
_ALL_BUT_VIEWS = (*_TABLES, "resource_type:test")

# Where ``transform_plugin`` finds the warehouse that a slice is cut from.
WHOLE_WAREHOUSE = "HEARD_WHOLE_WAREHOUSE"


class TransformError(RuntimeError):
    """dbt could not read the project or could not start."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folder whose ``warehouse.duckdb`` dbt builds, and the whole that it is a slice of."""

    folder: Path
    whole: Path | None = None


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What became of one dbt node; counts and kinds only."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    failures: int
    seconds: float
    message: str

    @property
    def is_ok(self) -> bool:
        """Whether the node was built, or its test found nothing to stop for."""
        return self.status in ("success", "pass", "warn", "no-op")

    @property
    def is_failed_test(self) -> bool:
        """Whether this is a test that ran and found rows."""
        return self.resource_type == "test" and self.status == "fail"


def prepare_manifest(home: Path) -> Path:
    """Return the path of an up-to-date ``manifest.json``, parsing the project only if needed.

    Its folder is named after the exact project, seeds and versions that it came from. It lies
    beside the project, as dbt has it, so that every home folder shares one parse; where the
    project may not be written to, in the home folder.
    """
    stamp = project_stamp()[:16]
    shared = PROJECT / "target"
    folder = (shared if os.access(PROJECT, os.W_OK) else target_folder(home)) / f"parsed-{stamp}"
    if not (folder / MANIFEST).is_file():
        parse_project(home, folder)
    return folder / MANIFEST


def parse_project(home: Path, folder: Path) -> None:
    """Parse the project with dbt into a folder, which is there whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=".parsing-") as scratch:
        _invoke(home, ["parse"], Path(scratch))
        # Another process may have parsed the same project meanwhile: its folder is as good.
        with suppress(FileExistsError, OSError):
            Path(scratch).rename(folder)
            # The scratch folder's own clean-up expects to find it.
            Path(scratch).mkdir()
    for old in folder.parent.glob("parsed-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)


def build_warehouse(
    home: Path,
    select: Sequence[str] = (),
    with_seeds: bool = True,
    with_views: bool = True,
    leave: Sequence[str] = (),
    on_built: Callable[[int], None] | None = None,
    place: Place | None = None,
) -> tuple[NodeResult, ...]:
    """Build and test the models, one dbt call, and return a result for each node.

    Args:
        home: The home folder; dbt's target and log folders lie under it.
        select: Names of nodes to build; all when empty.
        with_seeds: Whether to load the reference tables again.
        with_views: Whether to make the views again; tests of views run in any case.
        leave: Names of tables to leave as they stand, with the views; their tests run too.
        on_built: Called with the number of seeds and models finished, after each.
        place: Build in another warehouse file than the home folder's.

    Raises:
        TransformError: dbt could not run at all. A model or test that failed does not raise: it
            is in the results.
    """
    parsed = read_parsed(home)
    # No JSON: dbt's own record of a run quotes the engine's errors, which may quote values.
    arguments = ["build", "--threads", "1", "--no-write-json", "--exclude", STRUCTURAL, *leave]
    for resource_type in ["unit_test"] + ([] if with_seeds else ["seed"]):
        arguments += ["--exclude-resource-type", resource_type]
    if select:
        arguments += ["--select", *select]
    elif not with_views:
        # Tests are chosen by themselves, or leaving a table out would leave its tests out.
        arguments += ["--select", *_ALL_BUT_VIEWS, "--indirect-selection", "empty"]
    callbacks = [_node_callback(on_built)] if on_built else []
    try:
        result = _invoke(
            home,
            arguments,
            target_folder(home),
            parsed,
            callbacks,
            accept_failed_nodes=True,
            place=place,
        )
    finally:
        _close_connection()
    return tuple(_node_result(entry) for entry in result.result.results)


def generate_docs(home: Path, folder: Path) -> None:
    """Have dbt write its one page of documentation into a folder that holds a manifest."""
    try:
        # Compiled SQL would take a second, and nobody reads it beside its source.
        _invoke(home, ["docs", "generate", "--static", "--no-compile"], folder, read_parsed(home))
    finally:
        _close_connection()


def seeds_digest() -> str:
    """Return one hash of everything that dbt loads as reference tables."""
    return digest_files(sorted(SEEDS.rglob("*")), SEEDS)


def project_stamp() -> str:
    """Return one hash of all that decides what the views of the warehouse are."""
    files = [path for path in PROJECT.rglob("*") if path.is_file()]
    wanted = [path for path in files if not {"target", "logs"} & set(path.parts)]
    parts = [digest_files(sorted(wanted), PROJECT), seeds_digest()]
    # A view reads the contracts' raw tables; one model is Python and calls the rest.
    for folder, kinds in ((CONTRACTS, ["*.yaml"]), (FAIRNESS, ["*.py", "*.yaml"])):
        parts.append(digest_files(sorted(p for k in kinds for p in folder.glob(k)), folder))
    parts += [version(name) for name in ("dbt-core", "dbt-duckdb")]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def target_folder(home: Path) -> Path:
    """Return where dbt writes what it compiles."""
    return home / "dbt" / "target"


def read_manifest(path: Path) -> Mapping[str, Any]:
    """Return the manifest as plain data."""
    with path.open(encoding="utf-8") as handle:
        manifest: Mapping[str, Any] = json.load(handle)
    return manifest


def read_parsed(home: Path) -> "Manifest":
    """Return dbt's own record of the parsed project; reading it costs a twentieth of parsing."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    packed = prepare_manifest(home).with_name(PARSED).read_bytes()
    parsed: Manifest = Manifest.from_msgpack(packed, decoder=extended_mashumuro_decoder)
    return parsed


def _invoke(
    home: Path,
    arguments: Sequence[str],
    target: Path,
    manifest: "Manifest | None" = None,
    callbacks: Sequence[Callable[[Any], None]] = (),
    accept_failed_nodes: bool = False,
    place: Place | None = None,
) -> Any:
    from dbt.cli.main import dbtRunner

    from orchestration.transform_events import hear_only_what_is_wanted

    quiet = ["--quiet", "--log-level", "none", "--log-level-file", "none", "--no-use-colors"]
    folders = ["--project-dir", PROJECT, "--profiles-dir", PROJECT]
    folders += ["--target-path", target, "--log-path", home / "dbt" / "logs"]
    offline = ["--no-version-check", "--no-send-anonymous-usage-stats"]
    with _environment(place or Place(home)):
        hear_only_what_is_wanted()
        runner = dbtRunner(manifest=manifest, callbacks=list(callbacks))
        result = runner.invoke([*arguments, *map(str, folders), *quiet, *offline])
    has_nodes = accept_failed_nodes and hasattr(result.result, "results")
    if not (result.success or has_nodes):
        # Parsing never sees a row, so what it says can be told; building may have.
        told = str(result.exception)
        raise TransformError(
            f"dbt {arguments[0]} did not run:"
            f" {told if arguments[0] == 'parse' else safe_message(told)};"
            f" run `dbt {arguments[0]} --project-dir dbt_project --profiles-dir dbt_project`"
            " to see more"
        )
    return result


@contextmanager
def _environment(place: Place) -> Iterator[None]:
    """Point dbt's profile at a warehouse while dbt runs, and keep dbt from calling home."""
    wanted = {
        "HEARD_HOME": str(place.folder),
        WHOLE_WAREHOUSE: str(place.whole or ""),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _close_connection() -> None:
    """Let go of the warehouse; dbt-duckdb would keep it open until the process ends."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    # There is no public question "is one open?", and `env()` raises a bare Exception when not.
    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
        DuckDBConnectionManager.close_all_connections()


def _node_callback(on_built: Callable[[int], None]) -> Callable[[Any], None]:
    from orchestration.transform_events import NODE_FINISHED

    built = 0

    def callback(event: Any) -> None:
        nonlocal built
        # Tests finish too, and would make the count run ahead of what is there.
        if event.info.name == NODE_FINISHED and event.data.node_info.materialized != "test":
            built += 1
            on_built(built)

    return callback


def _node_result(entry: Any) -> NodeResult:
    return NodeResult(
        unique_id=entry.node.unique_id,
        name=entry.node.name,
        resource_type=str(entry.node.resource_type),
        status=str(entry.status),
        failures=int(entry.failures or 0),
        seconds=float(entry.execution_time),
        message="" if entry.status in ("success", "pass") else safe_message(entry.message),
    )
