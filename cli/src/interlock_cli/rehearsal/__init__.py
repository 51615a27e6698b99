"""Rehearsal: a synthesized pipeline walked stage by stage on a local AWS emulator.

synthesis -> assembly -> accounts, assets, pipeline_stack, hub -> walk (actions, stacks, machines) -> envelopes -> relay
"""
