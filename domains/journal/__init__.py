"""The drift journal: every version of a domain's definition, with who made it and when."""
