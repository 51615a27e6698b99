"""The constructs that declare something of their environment, by the stages that they are in.

They are noted as they are made: looking for them in the tree would ask Node for every construct of every environment.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct, IConstruct

_declared: weakref.WeakKeyDictionary[IConstruct, list[Construct]] = weakref.WeakKeyDictionary()


def declare(construct: Construct) -> None:
    """Note a construct that has the environment's `signals`, or the `one_box` that it makes."""
    for scope in construct.node.scopes:
        if isinstance(scope, cdk.Stage):
            _declared.setdefault(scope, []).append(construct)


def declared_in(stage: IConstruct) -> Sequence[Construct]:
    """What was declared in a stage so far, in the order in which it was made. An app is a stage, too."""
    return tuple(_declared.get(stage, ()))
