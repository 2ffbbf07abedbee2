"""What can go wrong between us and the server, in words that quote no row."""


class ServerError(RuntimeError):
    """The server did not take what it was given; what it had before still stands."""
