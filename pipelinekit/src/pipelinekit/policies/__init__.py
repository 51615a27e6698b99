"""The company's policies, held against every environment's resources at synth.

exceptions.py    what a team excepts, and why
applying.py      what pipelinekit does by itself, before the environment is synthesized
resources.py     the environment's resources as CloudFormation will get them, with their constructs' paths
tags.py, buckets.py, encryption.py, retention.py, autoscaling.py    what breaks a policy of each kind
audit.py         all findings of all environments: one refusal, or warnings
"""
