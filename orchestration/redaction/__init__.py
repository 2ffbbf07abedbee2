"""Take names, places and identifiers out of what people said, before anybody outside reads it.

Belongs here: finding and replacing them in one text, by rules that are data, and measuring
how well.
Does not belong here: reading or storing texts (``orchestration.quotes``), deciding to publish one,
or any import of Dagster, dbt or Great Expectations.
"""
