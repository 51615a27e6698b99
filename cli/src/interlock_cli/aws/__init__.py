"""AWS, as a developer enters it: an environment's account, Region, profile and role, and sessions and programs in it.

targets           environment -> account, Region, profile, role: `targets.target(client, "prod-eu-west-1")`
sessions          a boto3 session in an environment, each of whose calls is said: `sessions.session(target)`
refusals          what AWS's refusals mean: `with refusals.explained(target): …`
credentials       where credentials come from, and the kept ones
identity_center   IAM Identity Center: the login, its kept token, a role's credentials
children          the environment variables of a program that runs in an account
config_file       the marked block of ~/.aws/config; profiles: what stands in it

Only `sessions`, `credentials` and `identity_center` need boto3, of the extra `aws`.
"""
