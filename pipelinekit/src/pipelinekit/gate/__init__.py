"""The gate: the one Lambda function of a pipeline, and the only thing in it that speaks to the service.

It runs from this folder as it stands, on the standard library alone: nothing is bundled, nothing is
installed.
"""
