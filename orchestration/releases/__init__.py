"""What becomes of a release: candidate, checked, approved, published, withdrawn.

Belongs here: its states, who decided what, the frozen files and the gate.
Does not belong here: making the files (``orchestration.reporting``) or attacking them
(``orchestration.disclosure``).
"""
