"""What a pipeline's own stack is made of: looking through the environments below it would ask Node for thousands."""

from __future__ import annotations

from collections.abc import Iterator

import aws_cdk as cdk
from constructs import IConstruct


def own_constructs(stack: cdk.Stack) -> Iterator[IConstruct]:
    """The constructs of a stack, but for the stages that are made in it."""
    for child in stack.node.children:
        if not isinstance(child, cdk.Stage):
            yield from child.node.find_all()
