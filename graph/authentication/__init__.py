"""Who asks: bearers of an issuer's tokens, and of the service's own. docs/authentication.md says how it looks outside.

policy      what the settings say, or why the service does not start with them
fetching    a small document of the issuer, within limits
keys        the keys that it signs with: kept, and asked for again when they change
tokens      the signature of a token, before anything that it says is believed
workloads   pipelines: by AWS-signed tokens, or by proofs
sts         asking AWS who has signed a proof
bearers     from a header, or a browser's session, to who asks
programs    the service's own tokens
ending      who is not taken any more, and why
answers     how a refusal is said over HTTP
sockets     the same for WebSockets, which end with the token or the session
watching    what is open, looked at together: who has ended
remembering what was read a moment ago
standing    what people and pipelines may by the configuration
provider    the issuer as where people log in, and which is asked about them again
sessions    of browsers: begun with a login, asked about while they last, ended
sealing     the issuer's tokens of a session, encrypted
pages       `/login`, `/login/callback` and `/logout`
"""
