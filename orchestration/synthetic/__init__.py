"""Invent whole authorities, their extracts, and the truth that the warehouse must find in them.

Belongs here: seeded, vectorised invention of children, journeys and voice, and the expected value
of every indicator worked out from the generator's own event lists. Does not belong here: reading
extracts, or any rule of the warehouse. No real person is described anywhere.
"""

from orchestration.synthetic.generate import GenerationReport, generate

__all__ = ["GenerationReport", "generate"]
