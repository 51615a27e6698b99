"""What the CDK CLI 2.1148.1 printed of real stacks."""

CHANGED = """\
start: Building alpha-eu-west-1-Small Template
success: Published alpha-eu-west-1-Small Template (111111111111-eu-west-1-52460994)
Hold on while we create a read-only change set to get a diff with accurate replacement information

Stack pipeline-small/alpha-eu-west-1/Small (alpha-eu-west-1-Small) (aws://111111111111/eu-west-1)
IAM Statement Changes
┌───┬───────────────────────────────────┬────────┬────────────────────────┬──────────────────────────────┬───────────┐
│   │ Resource                          │ Effect │ Action                 │ Principal                    │ Condition │
├───┼───────────────────────────────────┼────────┼────────────────────────┼──────────────────────────────┼───────────┤
│ + │ ${alpha-eu-west-1/Small/Role.Arn} │ Allow  │ sts:AssumeRole         │ Service:lambda.amazonaws.com │           │
├───┼───────────────────────────────────┼────────┼────────────────────────┼──────────────────────────────┼───────────┤
│ - │ ${alpha-eu-west-1/Small/Work.Arn} │ Allow  │ sqs:DeleteMessage      │ AWS:${Role}                  │           │
│   │                                   │        │ sqs:ReceiveMessage     │                              │           │
└───┴───────────────────────────────────┴────────┴────────────────────────┴──────────────────────────────┴───────────┘
IAM Policy Changes
┌───┬───────────────────────────────┬─────────────────────────────────────────────┐
│   │ Resource                      │ Managed Policy ARN                          │
├───┼───────────────────────────────┼─────────────────────────────────────────────┤
│ + │ ${alpha-eu-west-1/Small/Role} │ arn:aws:iam::aws:policy/AdministratorAccess │
└───┴───────────────────────────────┴─────────────────────────────────────────────┘
(NOTE: There may be security-related changes not in this list. See https://github.com/aws/aws-cdk/issues/1299)

Parameters
[+] Parameter alpha-eu-west-1/Small/BootstrapVersion BootstrapVersion: {"Type":"AWS::SSM::Parameter::Value<String>"}

Resources
[-] AWS::SQS::Queue alpha-eu-west-1/Small/Old Old destroy
[+] AWS::SNS::Topic alpha-eu-west-1/Small/News News
[+] AWS::IAM::Role alpha-eu-west-1/Small/Role Role
[~] AWS::SQS::Queue alpha-eu-west-1/Small/Work Work replace
 ├─ [~] QueueName (requires replacement)
 │   ├─ [-] alpha-eu-west-1-work
 │   └─ [+] alpha-eu-west-1-work-2
 └─ [~] VisibilityTimeout
     ├─ [-] 30
     └─ [+] 60

Outputs
[+] Output alpha-eu-west-1/Small/Url Url: {"Value":"x"}



✨  Number of stacks with differences: 1

"""

SAME = """\
Stack pipeline-small/alpha-eu-west-1/Small (alpha-eu-west-1-Small) (aws://111111111111/eu-west-1)
There were no differences


✨  Number of stacks with differences: 0

"""

INEXACT = """\
Could not create a change set, will base the diff on template differences (run again with -v to see the reason)

Stack pipeline-small/beta-us-east-1/Small (beta-us-east-1-Small) (aws://222222222222/us-east-1)
Resources
[~] AWS::SQS::Queue beta-us-east-1/Small/Work Work may be replaced
 └─ [~] QueueName (may cause replacement)

"""

STRANGE = """\
Stack pipeline-small/alpha-eu-west-1/Small (alpha-eu-west-1-Small) (aws://111111111111/eu-west-1)
Something that no version before has ever said.

"""
