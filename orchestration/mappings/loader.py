"""Read the mappings: those shipped beside this file, and those of this installation.

Belongs here: finding and parsing the YAML. Does not belong here: what a mapping means.
"""

import hashlib
from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from orchestration.contracts import Contract, load_contracts
from orchestration.mappings.compiled import contracts_of
from orchestration.mappings.models import Mapping, MappingError
from orchestration.settings import links_authorities

_FOLDER = Path(__file__).parent
# The folder in the home folder that holds an installation's own mappings.
OWN_FOLDER = "mappings"

# How a person calls what YAML and pydantic have other names for.
_PLAIN = {
    "dict_type": "should be names with a colon, each with something behind it",
    "tuple_type": "should be a list with at least one thing in it",
    "missing": "is not there",
    "extra_forbidden": "is no key of a mapping",
}


def load_mappings(home: Path | None = None) -> dict[str, Mapping]:
    """Every mapping by source; one in `<home>/mappings` replaces the shipped one of its source.

    Raises:
        MappingError: A file cannot be used, or two files of one folder describe one source.
    """
    found = dict(shipped_mappings())
    if home is not None and (home / OWN_FOLDER).is_dir():
        found |= _read_folder(home / OWN_FOLDER)
    return dict(sorted(found.items()))


@cache
def shipped_mappings() -> dict[str, Mapping]:
    """The worked examples that come with the project."""
    return _read_folder(_FOLDER)


def source_contracts(home: Path | None = None) -> dict[str, Contract]:
    """The contract of every source: those with a format of their own, and the mapped ones.

    Ids that link authorities load only where the installation says so.

    Raises:
        MappingError: A mapping cannot be used, or takes the name of another source.
    """
    contracts, mappings = load_contracts(), load_mappings(home)
    taken = sorted(set(contracts) & set(mappings))
    if taken:
        raise MappingError(f"{taken[0]}: this source has its own format; choose another name")
    mapped = contracts_of(mappings, contracts["voice_extension"])
    found = dict(sorted((contracts | mapped).items()))
    if links_authorities():
        return found
    return {source: contract.without_linkage() for source, contract in found.items()}


def mapping_digest(mapping: Mapping) -> str:
    """What a mapping says, as a short text: it changes exactly when the mapping does."""
    content = mapping.model_dump_json(by_alias=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def read_mapping(path: Path) -> Mapping:
    """Read one mapping file.

    Raises:
        MappingError: It is no mapping; the message says where and why.
    """
    try:
        content = parse(path.read_text(encoding="utf-8"), path.name)
        return Mapping.model_validate(content)
    except UnicodeDecodeError:
        raise MappingError(f"{path.name}: save it as UTF-8 text") from None
    except ValidationError as error:
        raise MappingError(f"{path.name}: {told(error)}") from None


def parse(text: str, name: str) -> object:
    """The content of a YAML text, every scalar as text.

    A loader that knew of types would read the answers Yes and No as true and false, and 007 as 7.
    """
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        _refuse_doubles(yaml.compose(text, Loader=loader), name)
        # A base loader makes nothing but texts.
        return yaml.load(text, Loader=loader)  # noqa: S506 # nosec B506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise MappingError(f"{name}: not YAML{where}; look at its indentation and quotes") from None


def _read_folder(folder: Path) -> dict[str, Mapping]:
    found: dict[str, Mapping] = {}
    for path in sorted(folder.glob("*.yaml")):
        mapping = read_mapping(path)
        if mapping.source in found:
            raise MappingError(f"{path.name}: {mapping.source} has a mapping already; keep one")
        found[mapping.source] = mapping
    return found


def _refuse_doubles(node: yaml.Node | None, name: str) -> None:
    """A key given twice would lose the first without a word."""
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        double = next((key for key in keys if keys.count(key) > 1), None)
        if double is not None:
            line = node.start_mark.line + 1
            raise MappingError(f"{name}: {double} is given twice in the block at line {line}")
        for _, value in node.value:
            _refuse_doubles(value, name)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_doubles(value, name)


def told(error: ValidationError) -> str:
    """Each complaint with the place it is about, counted as a person counts."""
    told = []
    for each in error.errors(include_url=False, include_input=False):
        place = ".".join(str(at + 1) if isinstance(at, int) else at for at in each["loc"])
        message = _PLAIN.get(each["type"], each["msg"].removeprefix("Value error, "))
        told.append(f"{place}: {message}" if place else message)
    return "; ".join(told)
