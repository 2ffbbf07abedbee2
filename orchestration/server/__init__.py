"""Published tables on a PostgreSQL server, for readers that cannot open a file."""
