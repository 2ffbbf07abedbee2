"""Stop when asked to: at a safe point, within ten seconds, and never with the exit code of success.

Belongs here: what a request to stop (SIGTERM) means for a command.
Does not belong here: what is safe (every step keeps its promise whenever it ends).
"""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# A service manager kills after ten; this leaves time to say so in the run history.
GRACE_SECONDS = 8.0
STOPPED = 128 + signal.SIGTERM


class StopRequest:
    """Whether somebody asked this process to stop."""

    def __init__(self) -> None:
        self.is_made = False


@contextmanager
def stoppable() -> Iterator[StopRequest]:
    """Turn a request to stop into an interrupt that ends this block, or the process in time.

    Dagster puts handlers of its own in place of ours while a step runs. They interrupt the step
    just the same, but only the system's own note of the signal says that there was one.
    """
    request = StopRequest()
    hearing, speaking = socket.socketpair()
    speaking.setblocking(False)
    before = signal.signal(signal.SIGTERM, _interrupt)
    noted = signal.set_wakeup_fd(speaking.fileno(), warn_on_full_buffer=False)
    listener = threading.Thread(target=_listen, args=(hearing, request), daemon=True)
    listener.start()
    interrupted: BaseException | None = None
    try:
        yield request
    except (KeyboardInterrupt, RuntimeError) as error:
        if not _comes_of_an_interrupt(error):
            raise
        interrupted = error
    finally:
        signal.set_wakeup_fd(noted)
        signal.signal(signal.SIGTERM, before)
        # Only now is every note read, and only then is it known who interrupted.
        speaking.close()
        listener.join()
        hearing.close()
    if interrupted is not None and not request.is_made:
        raise interrupted


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _comes_of_an_interrupt(error: BaseException) -> bool:
    """Whether the error is an interrupt, or what a library made of one (DuckDB: RuntimeError)."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, KeyboardInterrupt):
        found = found.__cause__ or found.__context__
    return found is not None


def _listen(hearing: socket.socket, request: StopRequest) -> None:
    while numbers := hearing.recv(16):
        if signal.SIGTERM in numbers and not request.is_made:
            request.is_made = True
            # A step deep in a library may not notice; whatever it was doing is undone at the next
            # start, as after a power cut.
            last_call = threading.Timer(GRACE_SECONDS, os._exit, (STOPPED,))
            last_call.daemon = True
            last_call.start()
