"""How a host is reached, in one word."""

# What is ovirtlite's own is told apart from what a person gave, or the server's user has.
REACHED_BY = ("local", "ssh", "own_key", "own_certificate", "tls", "tcp", "web_service")


def reached_by(uri: str, *, own_key: str, certified: bool) -> str:
    """One of `REACHED_BY`. The address may be malformed: then it is nothing that was ever reached."""
    scheme, _, rest = uri.partition("://")
    transport = scheme.partition("+")[2]
    match transport:
        case "ssh":
            return "own_key" if own_key else "ssh"
        case "tls":
            return "own_certificate" if certified else "tls"
        case "tcp":
            return "tcp"
        case "unix":
            return "local"
    if rest.startswith("/") or not rest:
        return "local"
    return "web_service" if scheme in {"esx", "vpx", "gsx", "hyperv"} else "tls"
