"""Run a command under strace the first time it is asked for, and as it is ever after.

    python -m tests.faults.first MARK alone|all strace ... -- command ...

The parser starts again after a death, so a fault that struck each of its lives would be the file's
doing and no accident. `all` ends everything of the run with it, as a power cut at that moment does.

Belongs here: the first time and the later ones. Does not belong here: which fault (the tests).
"""

import os
import signal
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Become the command, under strace or not."""
    mark, how, *words = sys.argv[1:]
    place = words.index("--")
    traced, command = words[:place], words[place + 1 :]
    try:
        Path(mark).touch(exist_ok=False)
    except FileExistsError:
        os.execvp(command[0], command)  # noqa: S606 - the words are a test's own
    if how == "alone":
        os.execvp(traced[0], [*traced, *command])  # noqa: S606
    # The command has our standard input and output, and strace dies as what it traced did.
    ended = subprocess.run([*traced, *command], check=False)
    if ended.returncode == -signal.SIGKILL:
        os.killpg(0, signal.SIGKILL)
    sys.exit(ended.returncode)


if __name__ == "__main__":
    main()
