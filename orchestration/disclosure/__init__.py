"""What somebody who reads every release could work out, and the rules that keep it from them.

Belongs here: the rules of publication as data, and the attacker who reads what was published.
Does not belong here: protecting the numbers (dbt's models do), deciding what becomes of a release
(``orchestration.releases``), or any framework.
"""
