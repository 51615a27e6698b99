"""What keeps a person on this machine from entering AWS accounts, and pipelines from deploying to them.

Accounts are looked at several at a time, and only read. Nobody is asked to log in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

from interlock_cli.aws import bootstrap, config_file, identity_center, refusals, targets, wanted_profiles
from interlock_cli.aws.boto import BotoCoreError, ClientError
from interlock_cli.aws.emulation import emulated
from interlock_cli.aws.sessions import session
from interlock_cli.aws.targets import Target
from interlock_cli.client import Client
from interlock_cli.doctor.finding import Finding, Look
from interlock_cli.errors import CommandError
from interlock_cli.notices import notice
from interlock_cli.working import working

AT_ONCE = 8
CLOCK_SECONDS = 60.0
"""AWS refuses signatures that are five minutes off; a minute is a clock that nobody sets."""
CALLS = ("sts:GetCallerIdentity", "ssm:GetParameter", "cloudformation:DescribeStacks")


def findings(look: Look) -> list[Finding]:
    """What is wrong with AWS's configuration, the login, and every account and Region of an environment.

    Nothing where the service does not answer, which alone knows them; another finder says that.
    """
    if look.health is None:
        return []
    with Client(look.connection) as client:
        return _of_organisation(client, look.trust)


def _of_organisation(client: Client, trust: bool) -> list[Finding]:
    organisation, every = targets.targets(client)
    found = list(_configuration(client))
    if organisation.center and not emulated() and identity_center.current_token(organisation.center) is None:
        missing = identity_center.login_needed(organisation.center)
        return [*found, Finding("login", missing.message, missing.remedy)]
    places = targets.one_for_each_account(every)
    if not places:
        return found
    notice(f"Calls of AWS, which only read, in {_several(len(places))}: {', '.join(CALLS)}")
    with working(f"Asking AWS in {_several(len(places))}"):
        return [*found, *_distinct(_everywhere(places, partial(of_place, trust=trust)))]


def of_place(target: Target, trust: bool) -> list[Finding]:
    """What is wrong with one account and Region: whether it can be entered, the clock, the bootstrap and its trust."""
    try:
        made = session(target, say=False)
        asked = datetime.now(UTC)
        answer = made.client("sts").get_caller_identity()
        found = list(_clock(answer, asked, datetime.now(UTC)))
        if answer["Account"] != target.account:
            return [*found, _elsewhere(target, answer["Account"])]
        return [*found, *bootstrap.findings(made, target, trust)]
    except ClientError as error:
        return [_failed(target, refusals.explanation(target, error))]
    except BotoCoreError as error:
        return [_failed(target, refusals.unreachable(target, error))]
    except CommandError as error:
        return [_failed(target, error)]


def _everywhere(places: Sequence[Target], look: Callable[[Target], list[Finding]]) -> Iterator[Finding]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for found in pool.map(look, places):
            yield from found


def _distinct(found: Iterable[Finding]) -> list[Finding]:
    """What is wrong everywhere, as one's own credentials or the clock are, is said once."""
    once: dict[tuple[str, str], Finding] = {}
    for each in found:
        once.setdefault((each.check, each.mend if each.check == "AWS clock" else each.problem), each)
    return list(once.values())


def _configuration(client: Client) -> Iterator[Finding]:
    """Whether the block of profiles is as the service says."""
    try:
        wanted = wanted_profiles.wanted(client)
        file = config_file.path()
        text = config_file.read(file)
        config_file.refuse_names_outside(file, text, wanted.organisation.name, wanted.sections)
        if wanted.sections and config_file.with_block(text, wanted.organisation.name, wanted.sections) != text:
            there = config_file.block(text, wanted.organisation.name) is not None
            how = "are not those that the service has" if there else "are not there"
            yield Finding("profiles", f"The profiles in {file} {how}.", "Run `interlock profiles sync`.")
    except CommandError as error:
        yield Finding("profiles", error.message, error.remedy)


def _clock(answer: dict[str, dict[str, dict[str, str]]], asked: datetime, answered: datetime) -> Iterator[Finding]:
    """AWS's time is in the answer's header, to the second."""
    said = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    if said is None:
        return
    try:
        theirs = datetime.strptime(said, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return
    off = max((asked - theirs).total_seconds(), (theirs - answered).total_seconds())
    if off > CLOCK_SECONDS:
        which = "behind" if theirs > answered else "ahead of"
        yield Finding(
            "AWS clock",
            f"This machine's clock is {off:.0f} s {which} AWS's, which refuses what is signed five minutes off.",
            "Synchronize it, by NTP or chrony.",
        )


def _elsewhere(target: Target, account: str) -> Finding:
    return Finding(
        "account",
        f"The credentials for {target.environment} are of the account {account}, not of {target.account}.",
        "Correct the organisation's roles, or the environment's account: `interlock export` shows both.",
    )


def _failed(target: Target, error: CommandError) -> Finding:
    otherwise = f"`interlock aws {target.environment} sts get-caller-identity` shows more."
    return Finding("account", error.message, error.remedy or otherwise)


def _several(count: int) -> str:
    return "1 account and Region" if count == 1 else f"{count} accounts and Regions"
