"""Seeds of cloud-init that lie on a node until their domain's first boot is over."""

from django.db import models
from django.utils import timezone

from domains.models.domain import Domain
from hosts.models import Host


class Seed(models.Model):
    """The private volume with which a domain was told who it is. Holds secrets, so it goes as soon as it was read."""

    domain = models.OneToOneField(Domain, on_delete=models.CASCADE, primary_key=True, related_name="seed")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="+")
    pool_uuid = models.UUIDField()  # libvirt's
    name = models.CharField(max_length=255)
    path = models.CharField(max_length=1000)
    made_at = models.DateTimeField(default=timezone.now)
    running_since = models.DateTimeField(null=True)  # when it was first seen to run

    def __str__(self) -> str:
        return self.name
