"""The `interlock` command. It speaks to the service in GraphQL and imports none of its rooms."""

__version__ = "0.5.0"
