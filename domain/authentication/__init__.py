"""Who asks, by what they bear: rules about tokens, without reading the time or asking anybody.

claims      what a person's token must say (OpenID Connect, RFC 9068), and what they are called by it
groups      which roles the groups of an issuer have here
machines    the service's own tokens, for programs
logins      a login in the browser: what binds the issuer's answer to who asked
sessions    the session of a browser: its cookie, and how long it is good
principals  roles of AWS, as their ARNs name them
pipelines   what a role of AWS may here: which pipeline it is of
workloads   what an AWS-signed token must say, and which role it is of
proofs      the other way to say which role one is: GetCallerIdentity, signed
refusals    how it is said that somebody is not known, or has no role
"""
