"""What each command of ``heard`` does, and how its answer looks.

Belongs here: one module a command, and drawing on a terminal.
Does not belong here: the work itself; a command calls the same functions as the Dagster assets.
"""
