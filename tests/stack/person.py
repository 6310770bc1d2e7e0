"""Someone who uses an installation over its REST API, as the browser does: a session, CSRF, cookies."""

from collections.abc import Iterable
from typing import Any

import httpx

from tests.installation import eventually

JOB_SECONDS = 30.0


class Person:
    """Signed in at `address`. Every call asserts that it was answered as expected."""

    def __init__(self, address: str, username: str, password: str) -> None:
        self.address = address
        self.origin = f"http://{address}"
        self._http = httpx.Client(base_url=f"{self.origin}/api/v1", timeout=20)
        self.post("/auth/login/", {"username": username, "password": password}, expect=200)

    def get(self, path: str, *, expect: int = 200, **query: str) -> Any:
        return self._answer(self._http.get(path, params=query), expect)

    def post(self, path: str, body: dict[str, Any] | None = None, *, expect: int = 201) -> Any:
        return self._answer(self._http.post(path, json=body or {}, headers=self._csrf()), expect)

    def try_to_post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Whatever it is answered with."""
        return self._http.post(path, json=body, headers=self._csrf())

    def delete(self, path: str, *, expect: int = 204) -> Any:
        return self._answer(self._http.delete(path, headers=self._csrf()), expect)

    def patch(self, path: str, body: dict[str, Any], *, expect: int = 200) -> Any:
        return self._answer(self._http.patch(path, json=body, headers=self._csrf()), expect)

    def put(self, path: str, body: dict[str, Any], *, expect: int = 200) -> Any:
        return self._answer(self._http.put(path, json=body, headers=self._csrf()), expect)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes],
        *,
        expect: int,
        as_type: str = "application/json",
    ) -> Any:
        """A body as it is, right or wrong; in pieces without an announced length when it is not bytes."""
        headers = {**self._csrf(), "Content-Type": as_type}
        return self._answer(self._http.request(method, path, content=body, headers=headers), expect)

    def find(self, path: str) -> Any:
        """The object, or None while there is none."""
        answer = self._http.get(path)
        return None if answer.status_code == 404 else self._answer(answer, 200)

    def ended(
        self, job: dict[str, Any], *, within: float = JOB_SECONDS, steps: set[str] | None = None
    ) -> dict[str, Any]:
        """Wait for the job's end, whatever it is. The steps that were seen meanwhile are added to `steps`."""

        def over() -> dict[str, Any] | None:
            now: dict[str, Any] = self.get(f"/jobs/{job['id']}/")
            if steps is not None:
                steps.add(now["step"])
            return now if now["finished_at"] else None

        last: dict[str, Any] = eventually(over, within=within, what=f"the end of {job['kind']}")
        return last

    def done(
        self, job: dict[str, Any], *, within: float = JOB_SECONDS, steps: set[str] | None = None
    ) -> dict[str, Any]:
        """Wait for the job's end, which must be a success."""
        last = self.ended(job, within=within, steps=steps)
        assert last["state"] == "succeeded", last["error"]
        return last

    @property
    def cookies(self) -> str:
        """What a browser would send along when it opens a WebSocket."""
        return "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())

    def close(self) -> None:
        self._http.close()

    def _csrf(self) -> dict[str, str]:
        return {"X-CSRFToken": self._http.cookies.get("csrftoken") or ""}

    @staticmethod
    def _answer(answer: httpx.Response, expect: int) -> Any:
        assert answer.status_code == expect, f"{answer.request.url}: {answer.status_code} {answer.text}"
        assert "Traceback" not in answer.text
        return answer.json() if answer.content and "json" in answer.headers["Content-Type"] else answer.text
