"""Give recorded words a theme: people decide, a small model may point at a code.

Belongs here: the code frame, what waits for a reader, suggestions, decisions, and how well two
readers, or a reader and the model, agree.
Does not belong here: finding names (``orchestration.redaction``), counting themes (dbt), a score of
mood, a score of a child, or any import of Dagster, dbt or Great Expectations.
"""
