"""Read ``thresholds.yaml``.

Belongs here: its shape.
Does not belong here: any threshold.
"""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

PATH = Path(__file__).with_name("thresholds.yaml")


class Reference(BaseModel):
    """A group that others are set against besides the rest of the known population."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dimension: str
    group: str


class Thresholds(BaseModel):
    """When something is said of a gap, and in which word."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    min_children_compare: int
    min_effective_compare: float
    material: float
    severe: float
    q: float
    four_fifths: float
    max_weight_lost: float
    family: tuple[str, ...]
    exact_below: float
    min_children_display: int
    windows: tuple[str, ...]
    begin_with: tuple[str, ...]
    funnels: frozenset[str]
    funnels_only: frozenset[str]
    pair_mark: str
    higher_is_better: dict[str, bool]
    national_reference: Reference


def load_thresholds(path: Path = PATH) -> Thresholds:
    """Return the thresholds that ship with Heard, or those of another file."""
    return Thresholds.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
