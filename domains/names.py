"""Names of domains: what libvirt takes, and every file system that keeps a file named after one."""

# libvirt writes NAME_VARS.fd, domain-7-NAME/ and the like: a file's name has 255 bytes.
LONGEST = 200


def fault(name: str) -> str:
    """What is wrong with a name, as a sentence; "" when nothing is."""
    if not name or len(name.encode()) > LONGEST:
        return f"A name has 1 to {LONGEST} bytes."
    if not name.isprintable() or "/" in name:
        return "A name is of printable characters, without a slash."
    if name != name.strip() or name[0] in ".-":
        return "A name does not begin with a dot, a hyphen or white space, nor end with white space."
    return ""
