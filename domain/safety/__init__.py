"""What holds a revision back, what brings it back, and how safe its way is: pure rules over frozen facts and a time.

Before a wave
    way.py         the parts of a pipeline's waves, in the order in which a revision passes them
    entering.py    may this revision enter this wave? PROCEED, WAIT or STOP, with every blocker named
    blockers.py    what a blocker is, and what an override does to it; overriding.py: what may be granted
    drilling.py    which upgrades and downgrades are tried before production
    forecasting.py when does it come where, by the same rules; why.py: where it is now, in a sentence
After it
    baking.py      has the wave baked? by time and by data; an alarm, or numbers far off, end it at once
    observing.py   what a gate saw, read; team_alarms.py: the alarms that speak against a bake from outside of it
    returning.py   how a stage that failed is returned to its last good revision
The safety score
    score.py       a service's score, by score_rules.py, whose rules are audited in configured.py and watched.py
    auditing.py    makes the facts of audited.py, from the configuration and from what pipelines have registered

The numbers are those of the Amazon Builders' Library ("Automating safe, hands-off deployments", "Ensuring rollback
safety during deployments"); those that are ours say so. Simulations run these same functions on a clock of their own.
"""
