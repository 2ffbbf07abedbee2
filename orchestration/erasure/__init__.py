"""Erasure: whose rows go, from which files, and what proves it.

Belongs here: tombstones, finding rows, other places that hold somebody's words, the search, the
certificate, retention. Does not belong here: reading a delivered file (``ingestion``), the order of
a whole erasure (``orchestration.erasing``), or an id outside the memory of the running process.
"""
