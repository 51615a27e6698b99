"""Entering environments: the variables with which the CDK CLI and other programs run in their accounts."""

from __future__ import annotations

from typing import Any

from interlock_cli.aws import children
from interlock_cli.aws.sessions import session
from interlock_cli.aws.targets import Target, organisation_of
from interlock_cli.cdk.tool import with_tools
from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.environments import Environment

SHOWN = ("AWS_ENDPOINT_URL", "AWS_REGION")


class Entrance:
    """Goes into accounts as the person whose command this is. write: in production with the role that changes."""

    def __init__(self, client: Client, write: bool = False) -> None:
        """Asks the service how people enter accounts; raises CommandError where it does not know."""
        self.connection: Connection = client.connection
        self.organisation = organisation_of(client)
        self.write = write

    def target(self, environment: Environment) -> Target:
        """The environment as the person enters it."""
        return Target(
            environment=environment.name,
            account=environment.account,
            account_name=environment.account,
            region=environment.region,
            stage=environment.stage,
            production=environment.production,
            organisation=self.organisation,
            owner=environment.owner,
        )

    def variables(self, environment: Environment) -> dict[str, str]:
        """All variables of a program in the environment: its account's credentials, its Region, what it is called.

        Raises AuthenticationError where the person must log in.
        """
        own = children.variables(self.target(environment), write=self.write)
        return own | with_tools(self.connection, own) | environment.variables

    def session(self, environment: Environment) -> Any:
        """A boto3 session there, whose calls are said."""
        return session(self.target(environment), write=self.write)
