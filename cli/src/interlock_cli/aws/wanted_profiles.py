"""Which profiles a person is to have: from the service's environments, and what Identity Center assigns to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from interlock_cli.aws import profiles, targets
from interlock_cli.aws.config_file import Section
from interlock_cli.aws.emulation import emulated
from interlock_cli.aws.profiles import Assigned
from interlock_cli.aws.targets import Organisation, Target
from interlock_cli.client import Client
from interlock_cli.errors import AuthenticationError


@dataclass(frozen=True)
class Wanted:
    """The profiles. assigned: the permission sets that the person has by account, None where that is not known."""

    organisation: Organisation
    targets: Sequence[Target]
    sections: Sequence[Section]
    assigned: Assigned | None

    @property
    def known(self) -> bool:
        """Whether it is known what the person may enter."""
        return self.assigned is not None

    @property
    def count(self) -> int:
        """How many profiles there are."""
        return sum(each.kind == "profile" for each in self.sections)


def wanted(client: Client, *, everything: bool = False) -> Wanted:
    """What the block is to hold. everything: environments that the person may not enter as well.

    Asks Identity Center what is assigned where there is a login that holds, and asks nobody to log in.
    """
    organisation, every = targets.targets(client)
    assigned = _assigned(organisation, every)
    chosen = every if everything else profiles.enterable(every, assigned)
    shown = None if everything else assigned
    sections = profiles.sections(organisation, chosen, shown, client.connection)
    return Wanted(organisation, chosen, sections, assigned)


def _assigned(organisation: Organisation, every: Sequence[Target]) -> Assigned | None:
    if organisation.center is None or emulated():
        return None
    from interlock_cli.aws import identity_center  # noqa: PLC0415 - without Identity Center no boto3 is needed

    token = identity_center.current_token(organisation.center)
    if token is None:
        return None
    try:
        return identity_center.assignments(organisation.center, token, {each.account for each in every})
    except AuthenticationError:
        return None
