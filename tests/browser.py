"""The smallest of browsers: one kept connection to the API, with cookies and CSRF."""

import http.client
import json
from typing import Any


class Browser:
    """Speaks to one address as a browser's page does."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(address, timeout=30)
        self._origin = f"http://{address}"
        self._cookies: dict[str, str] = {}

    def sign_in(self, username: str, password: str) -> None:
        self.send("GET", "/api/v1/me/", expect=401)  # brings the CSRF cookie
        self.send("POST", "/api/v1/auth/login/", {"username": username, "password": password})

    def take_cookies_of(self, other: "Browser") -> None:
        """Be the same person there and here."""
        self._cookies = dict(other._cookies)

    def get(self, path: str) -> bytes:
        return self.send("GET", path)

    def send(self, method: str, path: str, body: Any = None, *, expect: int | None = None) -> bytes:
        """The reply's body. Raises `RuntimeError` when its status is not as expected, by default any success."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if method != "GET":
            headers |= {"X-CSRFToken": self._cookies.get("csrftoken", ""), "Origin": self._origin}
        if body is not None:
            headers["Content-Type"] = "application/json"
        text = None if body is None else json.dumps(body)
        try:
            self._connection.request(method, path, text, headers)
            reply = self._connection.getresponse()
        except http.client.RemoteDisconnected:  # it was kept for too long without use
            self._connection.request(method, path, text, headers)
            reply = self._connection.getresponse()
        for cookie in reply.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        said = reply.read()
        if reply.status != expect and (expect is not None or reply.status >= 300):
            raise RuntimeError(f"{method} {path}: {reply.status} {said[:500]!r}")
        return said
