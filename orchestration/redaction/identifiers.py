"""Find identifiers by what they look like: numbers, addresses, dates, handles.

Belongs here: applying the rules of ``identifiers.yaml``. Does not belong here: a rule.
"""

from orchestration.redaction.lexicon import identifier_rules
from orchestration.redaction.tokens import Span


def find_identifiers(text: str) -> list[Span]:
    """Return the identifiers of a text; where two rules meet, the first of the file names it."""
    found: list[Span] = []
    for rule in identifier_rules():
        for match in rule.pattern.finditer(text):
            start, end = match.span(rule.group)
            while end > start and not text[end - 1].isalnum() and text[end - 1] != "]":
                end -= 1
            if end > start and rule.holds(text[start:end]):
                found.append(Span(start, end, rule.rule_id, rule.token))
    return found
