"""How far a bad revision gets: seeded defects, and the pipelines that meet them, on a virtual clock.

    defects.py    what can be wrong with a revision, and when it shows
    world.py      25 Regions with their traffic by local time, and what CloudWatch would have counted there
    interlock.py  Interlock's way: pipelinekit's layout, `domain.safety`'s decisions, nothing else decides
    plain.py      what people use otherwise: CDK Pipelines as they come, with people who watch
    report.py     the table and the plot in docs/

`python -m bench safety`, or `make bench-safety`.
"""
