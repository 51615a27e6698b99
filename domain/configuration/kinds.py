"""The kinds of entities that a configuration has, in the order in which they can come to be."""

from __future__ import annotations

from domain.words import Word


class Kind(Word):
    """What an entity is. An entity refers only to kinds that stand before its own, or to its own."""

    ORGANISATION = "organisation", "What holds for all services."
    ACCOUNT = "account", "An AWS account."
    REGION = "region", "An AWS Region."
    CALENDAR = "calendar", "Days on which nothing is deployed."
    TEAM = "team", "People who own services."
    STAGE = "stage", "A step of the way to production."
    WAVE = "wave", "Environments of a stage that are deployed together."
    ENVIRONMENT = "environment", "One account and Region in a wave."
    SERVICE = "service", "What a repository deploys."
    CHECK = "check", "A test or guard that a stage or a wave requires."
    WINDOW = "window", "A time in which waves may start."
    FREEZE = "freeze", "A time in which nothing moves."
    HOLD = "hold", "A revision kept in, or out of, an environment."
    NOTIFICATION_ROUTE = "notificationRoute", "Who is told of which events."
    POLICY = "policy", "What the company asks of every construct."
    GRANT = "grant", "What a group of people, or one person, may do, and where."

    @property
    def plural(self) -> str:
        """The attribute of a Configuration that has the entities of this kind."""
        return {"policy": "policies", "organisation": "organisations"}.get(self.value, f"{self.name.lower()}s")

    @property
    def type_name(self) -> str:
        """The GraphQL type, which is also the mapped class's name."""
        return self.value[0].upper() + self.value[1:]

    @property
    def sentence_name(self) -> str:
        """How a message speaks of it."""
        return self.name.lower().replace("_", " ")

    @property
    def operational(self) -> bool:
        """Made in the course of operations: a file may have it, and pruning never archives it."""
        return self in (Kind.FREEZE, Kind.HOLD)


ORGANISATION_KEY = "organisation"
"""There is one organisation, whatever it calls itself."""
