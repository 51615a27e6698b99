"""What can go wrong with the embedded database."""


class EmbeddedDatabaseError(Exception):
    """The embedded database cannot be used: the message says what was found and what to do.

    Raised for: a folder that cannot be written, data of another PostgreSQL version, a server that does not
    start.
    """


INSTEAD = "or set INTERLOCK_DATABASE_URL to a PostgreSQL server of your own (15 or newer)"
