"""What a person may do to a pipeline's execution, and what that does: judged before, over frozen facts.

facts.py         what is known of the execution and of the stage
stopping.py      an execution is stopped
retrying.py      a stage that has failed is tried again
rolling_back.py  a stage is returned to an earlier revision
approving.py     an action that waits for a person is answered

Each gives an `Effect`: what will happen, in sentences, or why it is not possible. Doing it asks the same judgement.
"""

from domain.acting.approving import approve
from domain.acting.facts import Action, Effect, Occupant, Passed, Run, SecondPerson, Stage, Standing, Target
from domain.acting.retrying import retry
from domain.acting.rolling_back import roll_back
from domain.acting.stopping import stop

__all__ = [
    "Action",
    "Effect",
    "Occupant",
    "Passed",
    "Run",
    "SecondPerson",
    "Stage",
    "Standing",
    "Target",
    "approve",
    "retry",
    "roll_back",
    "stop",
]
