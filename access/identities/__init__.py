"""People whom others vouch for: an OpenID Connect provider, an LDAP directory. See ADR 0028."""
