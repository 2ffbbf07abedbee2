"""Board packs: what a board reads of a release, as HTML, PDF and CSV of one and the same content.

Belongs here: choosing, wording and drawing what a board is told, from the published database alone,
so that a pack can hold nothing that is not protected already.
Does not belong here: any number of its own, sending (whoever sends is told that a pack is ready),
or any import of Dagster, dbt or Great Expectations.
"""
