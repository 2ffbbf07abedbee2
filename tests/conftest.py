"""How the tests are shared out between processes: a file to one, and one site's tests together.

Belongs here: what every kind of test needs to run at all. Does not belong here: fixtures, which
stand beside the tests that use them.
"""

import pytest


# Before pytest-xdist looks at the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process, and all that look at the one published site.

    Read by pytest-xdist under `--dist loadgroup`. Each process makes its own session fixtures, so
    without this the site would be made once in every process.
    """
    for item in items:
        shared = getattr(item, "fixturenames", ())
        looks_at_site = "tests/end_to_end" in item.nodeid and "site" in shared
        group = "the published site" if looks_at_site else item.nodeid.split("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))
