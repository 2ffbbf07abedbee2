"""Heard's own Great Expectations classes.

Belongs here: expectations and metrics. Importing a module of this package loads Great
Expectations, so only ``expectations.judge`` does, inside a function.
Does not belong here: the arithmetic of a rule (``expectations.rules``).
"""
