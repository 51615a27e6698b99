"""HOW IT IS SPOKEN: Strawberry types, schema, planner, the ASGI app."""
