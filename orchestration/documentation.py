"""The project's own documentation as one page that opens without a server or a network.

dbt makes it (``dbt docs generate --static``): what every table and column means, what is made of
what, who may read it. It says nothing of any row, and follows from code, seeds and contracts alone,
so it is made when one of them has changed and stands beside the parsed project until then.

Belongs here: making the page, and leaving out what a reader has no use for or must not see.
Does not belong here: putting it into a release (``orchestration.reporting``), or its words.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orchestration.files import replace_text
from orchestration.progress import report
from orchestration.transform import MANIFEST, generate_docs, prepare_manifest, read_manifest

PAGE = "docs.html"
_CATALOG = "catalog.json"
_STATIC_PAGE = "static_index.html"
# Where and by whom a project was read is no part of what it means.
_KEPT_OF_METADATA = ("dbt_schema_version", "dbt_version", "project_name", "adapter_type")
# The page has a way to call its maker, which it takes only where this does not say no.
_SAYS_NOTHING = {"send_anonymous_usage_stats": False}


def project_page(home: Path) -> Path:
    """Return the page of the project as it stands, made now if anything changed since the last.

    Args:
        home: A home folder whose warehouse is built; the page shows its columns' types.
    """
    parsed = prepare_manifest(home)
    page = parsed.with_name(PAGE)
    if not page.is_file():
        report("Writing the documentation")
        _make(home, read_manifest(parsed), page)
    return page


def _make(home: Path, manifest: Mapping[str, Any], page: Path) -> None:
    with TemporaryDirectory(dir=page.parent, prefix=".docs-") as folder:
        scratch = Path(folder)
        (scratch / MANIFEST).write_text(_json(public_manifest(manifest)), encoding="utf-8")
        generate_docs(home, scratch)
        text = (scratch / _STATIC_PAGE).read_text(encoding="utf-8")
        catalog = (scratch / _CATALOG).read_text(encoding="utf-8")
        text = text.replace(catalog, _json(_public_catalog(json.loads(catalog))))
    replace_text(page, text)


def public_manifest(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return dbt's manifest without paths of this machine, dbt's own macros and invented rows."""
    project = manifest["metadata"]["project_name"]
    ours = {
        key: macro for key, macro in manifest["macros"].items() if macro["package_name"] == project
    }
    nodes = {
        key: {name: value for name, value in node.items() if name != "root_path"}
        for key, node in manifest["nodes"].items()
    }
    # Unit tests are three quarters of what is left, and the page shows none of their rows.
    left_out = {"unit_tests": {}, "parent_map": _known(manifest, "parent_map")}
    left_out["child_map"] = _known(manifest, "child_map")
    return {
        **manifest,
        **left_out,
        "macros": ours,
        "nodes": nodes,
        "metadata": _public_metadata(manifest),
    }


def _known(manifest: Mapping[str, Any], name: str) -> dict[str, list[str]]:
    """Return one of dbt's two maps of who reads whom, without unit tests."""
    return {
        key: [other for other in others if not other.startswith("unit_test.")]
        for key, others in manifest[name].items()
        if not key.startswith("unit_test.")
    }


def _public_catalog(catalog: Mapping[str, Any]) -> dict[str, Any]:
    return {**catalog, "metadata": _public_metadata(catalog), "errors": None}


def _public_metadata(artifact: Mapping[str, Any]) -> dict[str, Any]:
    told = artifact["metadata"]
    return {name: told[name] for name in _KEPT_OF_METADATA if name in told} | _SAYS_NOTHING


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))
