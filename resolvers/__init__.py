"""WHAT YOU MAY ASK: use-cases; a session, an actor and an input give rows."""
