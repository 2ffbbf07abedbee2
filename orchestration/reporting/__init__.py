"""What leaves the restricted tier, and reading it again for people.

Belongs here: releases, summaries and explanations, made from published tables.
Does not belong here: drawing on a screen (``orchestration.commands``), or any import of Dagster,
dbt or Great Expectations.
"""
