"""The kinds of doubt about a delivered file, and how they are said.

Belongs here: the words. Does not belong here: how a doubt is found (belonging, xml_reader,
arrivals).
"""

# Kinds of doubt, beside the ways in which a header differs from its contract.
DOUBTS = {
    "another_authority": "speaks of another authority",
    "another_return": "says that it is another return",
    "another_year": "speaks of another collection year",
    "shared_id": "has several different rows for one id",
    "same_bytes": "has the same bytes as a file of another authority",
    "second_file": "is a second file for the same table",
    "unlikely_date": "lies under a date that is far ahead or long ago",
    "nothing_shared": "shares no row with the extract before it, whose rows no longer count; if it"
    " only holds what is new, its mapping needs extent: incremental",
    "not_read": "has full rows above its column names, which were not read",
    "two_ids": "has records with two ids, of which the first counts",
    "two_values": "stands twice in one row of some records, and only the first counts",
}
