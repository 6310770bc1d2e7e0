"""A real OpenID provider and a real LDAP directory, started by the tests."""
