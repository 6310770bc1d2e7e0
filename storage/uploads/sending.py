"""One request that sends a part of an upload: from its body to the node, and what is said of it meanwhile."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import close_old_connections
from django.utils import timezone

from access.actor import Actor
from access.errors import Conflict, Refused
from access.standing import ASKED_EVERY_SECONDS, still
from hosts.models import Host
from hypervisor.node import Node
from jobs import claims
from jobs.models import Job
from jobs.tasks import ring_parent
from storage.content import lines
from storage.content.filling import Filling, joined
from storage.content.inspecting import HEAD_BYTES, fault_of_head
from storage.content.replies import Ended
from storage.models import Upload
from storage.uploads.services import KEPT, SENDER_LEASE, LongerThanDeclared

logger = logging.getLogger(__name__)
_REPORT_SECONDS = 0.5
_VOLUME_WITHIN_SECONDS = 20.0
_POLL_SECONDS = 0.1


class GivenUp(Conflict):
    """The upload is over, or somebody else sends now."""

    code = "given_up"


class ContentRefused(Refused):
    """The content is not what may be taken."""

    code = "content_refused"
    title = "Content refused"


class Sending:
    """Fulfils `storage.content.replies.Receiver`. `word` is that of the sender (see services.begin).

    The first bytes wait here until there are enough of them to tell what they are: nothing that refers to other files,
    or is not what it was declared to be, is ever written.
    """

    def __init__(
        self,
        upload: Upload,
        word: str,
        *,
        by: Actor,
        shown: Callable[[Job], Mapping[str, Any]] | None = None,
    ) -> None:
        """`by`: who sends this request. `shown`: how the job is shown in the answer, where it is."""
        self._upload = upload
        self._host: Host = upload.pool.host
        self._word = word
        self._by = by
        self._shown = shown
        self._node: Node | None = None
        self._filling: Filling | None = None
        self._held: bytearray | None = bytearray() if upload.received_bytes == 0 else None
        self._began = self._reported = self._asked = 0.0
        self._size = upload.size_bytes

    def begin(self) -> None:
        """Wait until the volume is there; open the way to it. Raises GivenUp, HypervisorError."""
        close_old_connections()
        self._wait_for_volume()
        self._node = lines.take(self._host)
        self._filling = Filling(
            self._node,
            self._upload.pool.uuid,
            self._upload.volume_name,
            offset=self._upload.received_bytes,
            size=self._size,
            certain=self._certain,
        )
        self._began = self._reported = time.monotonic()

    def take(self, blocks: Sequence[bytes]) -> None:
        """Raises LongerThanDeclared, ContentRefused, GivenUp, HypervisorError."""
        for piece in joined(blocks):
            self._take(piece)

    def _take(self, block: bytes) -> None:
        filling = self._filling
        assert filling is not None
        if self._held is not None:
            self._held += block
            if len(self._held) < min(HEAD_BYTES, self._size):
                return
            block, self._held = bytes(self._held), None
            self._check_head(block)
        if filling.offset + len(block) > self._size:
            self._refuse(f"More came than the {self._size} bytes that were declared.")
            raise LongerThanDeclared(f"The upload was declared to have {self._size} bytes, and more came.")
        if time.monotonic() - self._reported >= _REPORT_SECONDS:
            self._report(
                filling.offset
            )  # before the next byte: whoever was silent for long may have a successor
        filling.write(block)

    def end(self, *, whole: bool) -> Ended:
        """What came is on the node for certain before anybody is told so. Raises HypervisorError, Conflict."""
        filling = self._filling
        assert filling is not None
        short = self._held is not None and len(self._held) > 0
        received = filling.finish()
        self._let_go(good=True)
        self._release()
        if received == self._size:
            ring_parent(self._upload.pk)
        else:
            self._say(received)
        if whole and short:
            raise Conflict(
                f"The first part must have {HEAD_BYTES} bytes at least, so that it can be told what it is.",
                code="first_part_too_short",
            )
        said = {"Upload-Offset": str(received)}
        if self._shown is None:
            return Ended(204, said)
        job = Job.objects.get(pk=self._upload.pk)
        return Ended(202, {**said, "Location": f"/api/v1/jobs/{job.pk}/"}, self._shown(job))

    def drop(self) -> None:
        """Raises nothing."""
        try:
            if self._filling is not None:
                self._filling.abort()
            self._let_go(good=False)
            self._release()
        except Exception:  # an error is being answered already
            logger.exception("upload %s: letting go failed", self._upload.pk)

    def _wait_for_volume(self) -> None:
        until = time.monotonic() + _VOLUME_WITHIN_SECONDS
        while True:
            attempt = Upload.objects.filter(pk=self._upload.pk).values_list("attempt", flat=True).first()
            if attempt is None:
                raise GivenUp("The upload has ended: its job says why.")
            if not attempt:
                return
            if time.monotonic() > until:
                raise Conflict(
                    "The host has not made the volume yet. Try again in a moment.", code="not_ready"
                )
            time.sleep(_POLL_SECONDS)

    def _check_head(self, head: bytes) -> None:
        if problem := fault_of_head(head[:HEAD_BYTES], self._size, self._upload.format):
            self._refuse(problem)
            raise ContentRefused(problem)

    def _refuse(self, why: str) -> None:
        """Nothing that this upload could still send makes it good: its job ends, and takes back what it made."""
        Upload.objects.filter(pk=self._upload.pk).update(refused=why, updated_at=timezone.now())
        ring_parent(self._upload.pk)

    def _certain(self, offset: int) -> None:
        now = timezone.now()
        Upload.objects.filter(pk=self._upload.pk, sender=self._word).update(
            received_bytes=offset, updated_at=now, expires_at=now + KEPT
        )

    def _report(self, offset: int) -> None:
        """Stay the sender, and say how far it is. Raises GivenUp where that is over."""
        now = timezone.now()
        mine = Upload.objects.filter(pk=self._upload.pk, sender=self._word)
        if not mine.update(sending_until=now + SENDER_LEASE, expires_at=now + KEPT):
            raise GivenUp("The upload is over, or another request sends it.")
        if Job.objects.filter(pk=self._upload.pk, cancel_requested_at__isnull=False).exists():
            raise GivenUp("The upload was cancelled.")
        self._check_still_allowed()
        self._reported = time.monotonic()
        self._say(offset)

    def _check_still_allowed(self) -> None:
        """A request may last for hours, and what its sender may do ends meanwhile. Raises GivenUp."""
        if time.monotonic() - self._asked < ASKED_EVERY_SECONDS:
            return
        sender = still([self._by])[0]
        uploads = Upload.objects.filter(pk=self._upload.pk)
        if sender is None or not uploads.permitted(sender, "volume.upload").exists():
            raise GivenUp("Whoever sends it may not do that any more.")
        self._asked = time.monotonic()

    def _say(self, offset: int) -> None:
        seconds = max(0.001, time.monotonic() - self._began)
        claims.report(
            self._upload.pk,
            progress=99 * offset // max(1, self._size),
            step="receiving",
            transfer={
                "total_bytes": self._size,
                "processed_bytes": offset,
                "remaining_bytes": self._size - offset,
                "rate_bytes": int((offset - self._upload.received_bytes) / seconds),
            },
        )

    def _let_go(self, *, good: bool) -> None:
        node, self._node = self._node, None
        if node is not None:
            lines.give_back(self._host, node, good=good)

    def _release(self) -> None:
        Upload.objects.filter(pk=self._upload.pk, sender=self._word).update(
            sender="", sending_until=None, updated_at=timezone.now()
        )
