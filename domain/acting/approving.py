"""An action that waits for a person is answered: approved, and the stage goes on; rejected, and it fails."""

from __future__ import annotations

from domain.acting.facts import Action, Effect, SecondPerson, Stage, impossible, listed
from domain.safety.returning import Way
from domain.words import ApprovalDecision, RollbackMeans


def approve(
    stage: Stage, action: Action, decision: ApprovalDecision, way: Way | None, second: SecondPerson | None = None
) -> Effect:
    """What the answer does. way: how the stage is returned when it fails, where that is known.

    second: whoever answers may reject, and not approve.
    """
    if not action.approval:
        sentence = f"{action.name} is no approval: it waits for nobody."
        return impossible("NOT_AN_APPROVAL", sentence, "Name an action of the category Approval.")
    if action.status.ended:
        sentence = f"{action.name} waits for nobody any more: it is {action.status}."
        return impossible("ALREADY_ANSWERED", sentence, "Nothing is to be done.")
    if decision is ApprovalDecision.APPROVED and second is not None:
        sentence = (
            f"{second.actor} has started this execution, or started it again, and the stage {second.stage} needs two "
            f"persons: {action.name} is approved by anybody else who may approve there."
        )
        return impossible("SECOND_PERSON", sentence, "Ask another person to approve it; you may reject it.")
    if decision is ApprovalDecision.APPROVED:
        rest = f", to {listed(stage.environments)}" if stage.environments else ""
        sentences = [f"{stage.name} goes on with what comes after {action.name}{rest}.", "The answer is final."]
    else:
        sentences = [f"{action.name} fails, and {stage.name} with it: the execution goes no further."]
        if way is not None and way.means is not RollbackMeans.NONE:
            sentences.append(f"The stage is rolled back: {way.reason}.")
        elif way is not None:
            sentences.append(f"Nothing is rolled back: {way.reason}.")
    return Effect(possible=True, sentences=tuple(sentences), environments=stage.environments)
