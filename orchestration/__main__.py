"""``python -m orchestration`` is the ``heard`` command."""

from orchestration.cli import main

if __name__ == "__main__":
    main()
