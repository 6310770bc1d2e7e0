"""Who may do what: accounts, roles, grants, tokens, the audit log, and the one path of permission."""
