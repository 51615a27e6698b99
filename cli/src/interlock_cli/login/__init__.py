"""Who the person is: OpenID Connect, with the issuer that the service names.

issuer             what the service and its issuer say of themselves
device, browser    the two ways to get tokens: RFC 8628, and RFC 8252 with PKCE (RFC 7636)
tokens             what an issuer grants, and how it is granted again or revoked
store              where it is kept: the keyring, else a file that only its owner reads
session            the token for a request: kept, refreshed, or asked for again
http               requests to the issuer, which carry secrets
"""
