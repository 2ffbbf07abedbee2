"""Governance papers, filled from the running configuration; what people must say is left blank.

Belongs here: what the papers say, and their form. Does not belong here: any row of a child, or any
figure of an authority; no paper opens the warehouse.
"""
