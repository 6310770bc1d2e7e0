"""Making domains over the API on a real node."""

from typing import Any

from rest_framework.test import APIClient

from hosts.inventory import connected
from jobs.models import Job
from tests.node.site import Site
from tests.unit.access.people import client_of

DOMAINS = "/api/v1/domains/"


class Creator:
    """A person who makes domains on the site's host, whose abilities are recorded as nodewatch does it."""

    def __init__(self, site: Site) -> None:
        self.site = site
        connected(site.host.pk, site.node.info(), site.node.capabilities(), site.node.domain_capabilities())
        site.host.refresh_from_db()
        assert site.by.user is not None
        self.client: APIClient = client_of(site.by.user)

    def asked(self, expect: int, *, plan: bool = False, **body: Any) -> dict[str, Any]:
        """The answer to a wish."""
        whole = {"host": str(self.site.host.pk), **body}
        answer = self.client.post(f"{DOMAINS}{'?plan=1' if plan else ''}", whole, format="json")
        said: dict[str, Any] = answer.json()
        assert answer.status_code == expect, said
        return said

    def job(self, **body: Any) -> Job:
        job: Job = Job.objects.get(pk=self.asked(202, **body)["id"])
        return job

    def made(self, **body: Any) -> str:
        """The UUID of a domain that is made now."""
        domain: str = self.site.done(self.job(**body))["domain"]
        return domain

    def refused(self, **body: Any) -> dict[str, list[str]]:
        """The complaints by field; and nothing is made, not even a job."""
        jobs, names = Job.objects.count(), self.site.names()
        errors: dict[str, list[str]] = self.asked(400, **body)["errors"]
        assert (Job.objects.count(), self.site.names()) == (jobs, names)
        failing = [check for check in self.asked(200, plan=True, **body)["checks"] if not check["ok"]]
        assert {check["code"] for check in failing} == set(errors)
        return errors
