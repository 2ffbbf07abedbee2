"""Send one message over one address. The only module that knows apprise, which it imports late.

Belongs here: what apprise must be told so that it sends once, to one place, and says nothing of it.
Does not belong here: which message, or when to try again.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

KEY_HEADERS = ("Idempotency-Key", "X-Heard-Message-Key")


class AlertLibraryMissingError(RuntimeError):
    """apprise is not installed."""


class AlertAddressUnusableError(ValueError):
    """An address is of an allowed kind and still cannot be used. Never says what it is."""


def send(
    name: str, address: str, title: str, body: str, key: str, files: Sequence[Path] = ()
) -> bool:
    """Send a message; return whether the receiver took it.

    Args:
        name: The setting that holds the address, for errors.
        address: Where to; its kind was looked at before.
        title: One line.
        body: Plain text.
        key: The same for every try of one message, so that a receiver can drop a second one.
        files: Sent with it where the service takes files; elsewhere the text goes alone.

    Raises:
        AlertLibraryMissingError: apprise is not installed.
        AlertAddressUnusableError: apprise cannot make sense of the address.
    """
    try:
        import apprise
    except ImportError:
        raise AlertLibraryMissingError(
            "apprise is not installed, so no message can be sent; run `make install`"
        ) from None

    with _silence():
        # Sent here and now: no thread, no image from elsewhere, nothing kept on the disk.
        asset = apprise.AppriseAsset(
            app_id="Heard",
            app_desc="Heard",
            app_url="",
            image_url_mask="",
            image_url_logo="",
            async_mode=False,
            storage_mode=apprise.PersistentStoreMode.MEMORY,
        )
        service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
        if service is None:
            raise AlertAddressUnusableError(f"{name} is incomplete; docs/alerts.md has examples")
        if len(service) != 1:
            raise AlertAddressUnusableError(
                f"{name} names several recipients; give each a route of its own, so that a message"
                " that reached one is not sent to it again because of another"
            )
        if hasattr(service, "headers"):
            service.headers.update(dict.fromkeys(KEY_HEADERS, key))
        # A redirect would take the message to a place that nobody allowed.
        service.redirects = False
        attached = [str(file) for file in files] if service.attachment_support else None
        return bool(
            service.notify(
                body=body,
                title=title,
                body_format=apprise.NotifyFormat.TEXT,
                attach=attached or None,
            )
        )


@contextmanager
def _silence() -> Iterator[None]:
    """Let libraries log nothing: an address is a secret, and theirs quote it."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
