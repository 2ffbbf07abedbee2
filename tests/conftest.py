"""What holds for every test."""

import gc


def pytest_configure() -> None:
    """Look for cyclic garbage seldom: most objects are the libraries' own and stay to the end.

    It takes a tenth of the time of tests in this process by Python's defaults.
    """
    gc.set_threshold(50_000, 20, 100)
