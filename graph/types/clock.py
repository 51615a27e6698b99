"""The clock that decisions are made by."""

from datetime import datetime

import strawberry


@strawberry.type(description="The clock that decisions are made by: the service's machine's, or a rehearsal's.")
class Clock:
    now: datetime = strawberry.field(description="What it shows.")
    speed: float = strawberry.field(description="Its seconds in a real one; 1 but in a rehearsal.")
    rehearsal: bool = strawberry.field(description="Whether it is a rehearsal's, which `setClock` sets.")
