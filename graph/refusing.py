"""What is told of a failure, and to whom: a denial to the log, and names to those alone who see what has them."""

from __future__ import annotations

from domain.errors import Conflict, InUse, NotFound, Problem, Refused, each
from domain.permissions import Viewer
from domain.safety.score import SafetyLowered
from graph.context import Context
from graph.types.errors import Error, published


async def told(context: Context, problem: Problem) -> list[Error]:
    """The failures, as members of a payload; that somebody may not do something is written into the log."""
    for one in each(problem):
        if one.denial is not None:
            await context.denials.note(context.database.whole, one.denial, context.source)
    return [published(_seen(one, context.viewer)) for one in each(problem)]


def _seen(problem: Problem, viewer: Viewer) -> Problem:
    """The failure without the names of others, for whoever sees a part of the fleet alone."""
    if not viewer.narrowed:
        return problem
    match problem:
        case NotFound():
            other: Problem = NotFound(problem.kind, problem.value)
        case Conflict():
            message = "It has changed since it was read; by whom and how is for those to see who see everything."
            other = Conflict(message, ())
        case InUse():
            message = f"The {problem.kind} {problem.name!r} is in use."
            other = Refused(problem.code, message, remedy="Ask somebody who sees everything what uses it.")
        case SafetyLowered():
            message = "Services would keep fewer rules of their safety scores, and no waiver allows it."
            other = Refused(problem.code, message, remedy="Ask somebody who sees everything which services.")
        case _:
            return problem
    other.path = problem.path
    if problem.remedy and isinstance(problem, NotFound):
        other.remedy = problem.remedy
    return other
