"""CDK apps and the CDK CLI, as a developer uses them: one synth, then diff and deploy of what it wrote.

tool             the app, the CDK CLI, and what it runs in
plans            the plan that a synth gets: the service's, for the environments that are asked for
synthesis        the cloud assembly of an app, written once for a command
assembly         the stacks of a cloud assembly, and which of them are an environment's
entering         the variables and sessions with which programs run in an environment's account
differences      what `cdk diff` says, as values; comparing: of many environments; comparison_shown: as it is printed
deploying        `cdk deploy`, one environment after the other; standing: what CloudFormation says of stacks
deleting         the stacks of a test environment
bootstrap        `cdk bootstrap` of accounts and Regions
refusals         what CDK's and AWS's refusals mean, and what to do

Those that enter accounts need boto3, of the extra `aws`.
"""
