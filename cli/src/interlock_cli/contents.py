"""The commands: a line each, in the order of the alphabet, with the topic under which `--help` shows it.

The short help is the command's own, which a test compares; so `interlock --help` imports no command.
"""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    """The headings of `--help`, in its order."""

    GETTING_IN = "Getting in"
    LOOKING = "Looking"
    DEPLOYING = "Deploying"
    OPERATING = "Operating"
    ACCOUNTS = "AWS accounts"
    CONFIGURING = "Configuring"
    AD_HOC = "Ad hoc"


COMMANDS = {
    "accounts": (Topic.LOOKING, "List AWS accounts: what is deployed to them, and whose pipelines they hold."),
    "apply": (Topic.CONFIGURING, "Make the service's configuration what a YAML file says."),
    "approve": (Topic.OPERATING, "Answer the action of an execution that waits for a person's approval."),
    "audit": (Topic.LOOKING, "List who did what, when and why, the newest first."),
    "aws": (Topic.ACCOUNTS, "Run an AWS CLI command in an environment's account and Region."),
    "bootstrap": (Topic.DEPLOYING, "Bootstrap accounts and Regions for CDK, so that pipelines can deploy there."),
    "checks": (Topic.LOOKING, "List checks and how they do, the worst first."),
    "completion": (Topic.GETTING_IN, "Print what makes a shell complete commands, options and names."),
    "config": (Topic.GETTING_IN, "Name services in a file, and say which one is asked."),
    "console": (Topic.ACCOUNTS, "Open the AWS console in an environment's account and Region."),
    "credentials": (Topic.ACCOUNTS, "Print an environment's credentials, as AWS's credential_process wants them."),
    "deploy": (Topic.DEPLOYING, "Deploy a service's stacks to environments outside production."),
    "deployments": (Topic.LOOKING, "List deployments, the newest first."),
    "diff": (Topic.DEPLOYING, "Show what a deployment would change, in one or many environments."),
    "doctor": (Topic.GETTING_IN, "Say what is wrong with the service and with this command, and what mends it."),
    "env": (Topic.DEPLOYING, "Create, extend, list and delete test environments."),
    "environments": (Topic.LOOKING, "List environments: stage, wave, account and Region."),
    "executions": (Topic.LOOKING, "List pipeline executions, the newest first."),
    "export": (Topic.CONFIGURING, "Print the service's configuration as the file that `apply` reads."),
    "failures": (Topic.LOOKING, "List what failed and its root cause, the newest first."),
    "freeze": (
        Topic.OPERATING,
        "Hold everything back, or all of one stage, team, Region, service or account, until a time.",
    ),
    "freezes": (Topic.OPERATING, "List freezes that are in force or to come."),
    "hold": (Topic.OPERATING, "Keep new revisions of a service out of an environment, or pin it to one."),
    "holds": (Topic.OPERATING, "List holds, pins and vetoes that are in force."),
    "import-organization": (Topic.CONFIGURING, "Register the accounts of an AWS organization."),
    "incident": (Topic.OPERATING, "Declare incidents, link deployments to them, and resolve them."),
    "login": (Topic.GETTING_IN, "Say who you are, in a browser, and keep the token."),
    "logout": (Topic.GETTING_IN, "Revoke the token of a login, and forget it."),
    "logs": (Topic.LOOKING, "Show what the log of an execution or a deployment said, without access to the account."),
    "metrics": (Topic.LOOKING, "Show how fast and how safely software reaches production: DORA's five measures."),
    "override": (Topic.OPERATING, "Let a revision pass what holds it back, for a while."),
    "pipeline": (Topic.DEPLOYING, "Start, stop, retry and roll back pipelines."),
    "plan": (Topic.DEPLOYING, "Show, keep and compare the plans of pipelines."),
    "profiles": (Topic.ACCOUNTS, "Keep a profile for each environment in AWS's configuration."),
    "query": (Topic.AD_HOC, "Send a GraphQL document and print the answer."),
    "rehearse": (Topic.DEPLOYING, "Walk pipelines on a local AWS emulator."),
    "release": (Topic.OPERATING, "End the hold NAME, or every hold of SERVICE in ENVIRONMENT."),
    "resources": (
        Topic.LOOKING,
        "List what a service has in AWS: stacks, nested stacks and their resources, with links to the console.",
    ),
    "run": (Topic.ACCOUNTS, "Run a program in an environment's account and Region."),
    "safety": (Topic.LOOKING, "Show how safely services reach production, the worst first."),
    "schema": (Topic.AD_HOC, "Print the service's GraphQL schema."),
    "services": (Topic.LOOKING, "List services: repository, branch and placement."),
    "status": (Topic.LOOKING, "Show what is deployed where."),
    "subscribe": (Topic.AD_HOC, "Follow a GraphQL subscription, a JSON object a line."),
    "synth": (Topic.DEPLOYING, "Write a CDK app's cloud assembly, and list its stacks."),
    "token": (Topic.AD_HOC, "Print the token that the command sends, or make tokens for programs."),
    "trace": (Topic.LOOKING, "Show where an execution or a deployment spent its time."),
    "unfreeze": (Topic.OPERATING, "End the freeze NAME before its time."),
    "waiver": (Topic.OPERATING, "Allow a rule of the safety score to be missing, for a while."),
    "watch": (Topic.LOOKING, "Follow pipelines and deployments live."),
    "where": (Topic.LOOKING, "Say where a commit, a tag or a pull request is, and when it reaches each Region."),
    "whoami": (Topic.GETTING_IN, "Show who the service takes you for, and what you may do."),
    "why": (Topic.LOOKING, "Say what holds a service's next revision back from an environment."),
}
