"""Take an extract straight out of a database and put it into the inbox as a delivery.

Belongs here: connecting, finding tables, reading them, writing the delivery. Does not belong here:
what the rows are worth (ingestion judges them like any other delivery), Dagster, or a key.
"""
