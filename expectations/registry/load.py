"""Read the registry's YAML files into checks, or refuse them with a reason.

Belongs here: finding the files and the rules that hold between checks.
Does not belong here: the rules inside one check (``models``).
"""

from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from expectations.registry.models import Check


class RegistryError(ValueError):
    """The registry cannot be read as it stands."""


@lru_cache(maxsize=4)
def load_registry(folder: Path | None = None) -> tuple[Check, ...]:
    """Return every registered check, in the order of its id.

    Args:
        folder: Where the YAML files lie; the shipped registry when left out.

    Raises:
        RegistryError: A file does not fit the models, two checks share an id or a name on one
            asset, or there is no check at all.
    """
    home = folder or Path(__file__).parent
    checks = [check for path in sorted(home.glob("*.yml")) for check in _read(path)]
    if not checks:
        # An empty suite passes everywhere; here it is an error.
        raise RegistryError(f"no checks in {home}; restore the registry's .yml files")
    _refuse_repeats(Counter(check.id for check in checks), "id")
    _refuse_repeats(Counter(f"{check.asset}: {check.name}" for check in checks), "name")
    return tuple(sorted(checks, key=lambda check: check.id))


def _read(path: Path) -> list[Check]:
    try:
        rows = _parse(path)
    except yaml.YAMLError as error:
        raise RegistryError(f"{path.name} is no YAML: {error}") from error
    if not isinstance(rows, list):
        raise RegistryError(f"{path.name} does not fit the registry: it must be a list of checks")
    return [_check(path.name, number, row) for number, row in enumerate(rows, start=1)]


def _check(file: str, number: int, row: Any) -> Check:
    try:
        return Check.model_validate(row)
    except ValidationError as error:
        name = row.get("id") if isinstance(row, dict) else None
        # Each problem with the place it is in, and without the links that pydantic adds.
        told = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'the check'}: {problem['msg']}"
            for problem in error.errors()
        )
        raise RegistryError(f"{file}, {name or f'check number {number}'}: {told}") from error


def _parse(path: Path) -> Any:
    # libyaml's safe loader is ten times as fast as the Python one.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=loader)  # noqa: S506 - a safe loader  # nosec B506


def _refuse_repeats(counts: Counter[str], what: str) -> None:
    repeated = sorted(value for value, count in counts.items() if count > 1)
    if repeated:
        raise RegistryError(
            f"the {what} {', '.join(repeated)} is used twice; give the newer check one of its own"
        )
