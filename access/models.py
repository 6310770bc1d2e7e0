"""Accounts, what they may do, the tokens of their programs, and what they asked for."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from access.querysets import AppendOnly, AppendOnlyQuerySet, PermittedQuerySet


class Row(models.Model):
    """What every table here has: a random id, and for what people edit a version that only grows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveBigIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Group(Row):
    """People who get the same grants."""

    PERMITTED_BY: ClassVar[dict[str, str]] = {}

    name = models.CharField(max_length=150, unique=True)
    description = models.CharField(max_length=500, blank=True, default="")

    objects = PermittedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"].from_queryset(PermittedQuerySet["User"])):  # type: ignore[misc]
    """Finds users by name, whatever the case of its letters."""

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(username__iexact=username)
        return user


class User(AbstractBaseUser, Row):
    """A person who signs in. What they may do is in their grants alone; there is no superuser flag."""

    PERMITTED_BY: ClassVar[dict[str, str]] = {}
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    username = models.CharField(max_length=150, unique=True)
    display_name = models.CharField(max_length=150, blank=True, default="")
    is_active = models.BooleanField(default=True)
    theme = models.CharField(max_length=16, blank=True, default="")
    # Who knows whether they are who they say: we ourselves, or a provider or directory outside.
    source = models.CharField(max_length=16, default="local", editable=False)
    must_change_password = models.BooleanField(default=False)
    groups = models.ManyToManyField(Group, related_name="users", blank=True)

    objects = UserManager()

    class Meta:
        constraints = (models.UniqueConstraint(Lower("username"), name="user_name_once"),)

    def __str__(self) -> str:
        return self.username


class OutsideIdentity(models.Model):
    """Who a user is at the provider or in the directory that vouches for them. Names are never what ties the two."""

    user = models.OneToOneField(User, models.CASCADE, related_name="outside")
    issuer = models.CharField(max_length=400)
    subject = models.CharField(max_length=255)
    # The groups that sign-ins gave, and may take back.
    given = models.ManyToManyField(Group, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    vouched_at = models.DateTimeField(default=timezone.now)  # when they were last known to be theirs
    # Since when the account is closed because they are no more; it opens again by itself once they are.
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("issuer", "subject"), name="outside_identity_once"),)

    def __str__(self) -> str:
        return f"{self.subject} of {self.issuer}"


class Role(Row):
    """A named set of permissions. The built-in ones are the code's; see access.permissions."""

    PERMITTED_BY: ClassVar[dict[str, str]] = {}

    name = models.CharField(max_length=150, unique=True)
    description = models.CharField(max_length=500, blank=True, default="")
    permissions = models.JSONField(default=list)
    built_in = models.BooleanField(default=False, editable=False)

    objects = PermittedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Grant(Row):
    """A role given to a user or a group, on one object or (without one) everywhere."""

    PERMITTED_BY: ClassVar[dict[str, str]] = {}

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", null=True, blank=True)
    group = models.ForeignKey(Group, models.CASCADE, related_name="grants", null=True, blank=True)
    role = models.ForeignKey(Role, models.CASCADE, related_name="grants")
    object_kind = models.CharField(max_length=32, blank=True, default="")
    object_id = models.UUIDField(null=True, blank=True)

    objects = PermittedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=False, group__isnull=True)
                | Q(user__isnull=True, group__isnull=False),
                name="grant_to_one",
            ),
            models.CheckConstraint(
                condition=Q(object_kind="", object_id__isnull=True)
                | (~Q(object_kind="") & Q(object_id__isnull=False)),
                name="grant_object_whole",
            ),
            # NULLs differ from one another in SQLite's unique indexes, so each form of a grant has its own.
            *(
                models.UniqueConstraint(
                    fields=(to, "role", *(("object_kind", "object_id") if on else ())),
                    condition=Q(object_id__isnull=not on, **{f"{to}__isnull": False}),
                    name=f"grant_{to}_{'object' if on else 'everywhere'}_once",
                )
                for to in ("user", "group")
                for on in (False, True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.role_id} to {self.user_id or self.group_id}"


class Token(Row):
    """A program's key to its owner's account. Only its digest is stored."""

    PERMITTED_BY: ClassVar[dict[str, str]] = {}

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=150)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    permissions = models.JSONField(null=True, blank=True)  # null: all that its owner may do
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = PermittedQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("user", "-created_at"), name="token_by_user"),)

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """Who asked for what, and what was answered. Names are copied: the entry outlives what it speaks of.

    Never changed and never deleted: triggers of the database hold that too (see access.chain). Only its place in the
    chain is written later, once.
    """

    PERMITTED_BY: ClassVar[dict[str, str]] = {}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150)
    token_id = models.UUIDField(null=True)
    token_name = models.CharField(max_length=150, blank=True, default="")
    session_id = models.UUIDField(null=True)
    address = models.CharField(max_length=64, blank=True, default="")
    action = models.CharField(max_length=64)
    object_kind = models.CharField(max_length=32)
    object_id = models.UUIDField(null=True)
    object_name = models.CharField(max_length=255, blank=True, default="")
    result = models.CharField(max_length=32)
    detail = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)  # {field: {"before", "after"}}
    # "KEY.HMAC" of all above, made when it was written; then its place in the chain, and the chain's digest up to it.
    mac = models.CharField(max_length=100, editable=False)
    sequence = models.PositiveBigIntegerField(null=True, unique=True, editable=False)
    digest = models.CharField(max_length=100, blank=True, default="", editable=False)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("-at", "-id"), name="audit_newest"),
            models.Index(fields=("object_id", "-at"), name="audit_by_object"),
            models.Index(fields=("actor_id", "-at"), name="audit_by_actor"),
            models.Index(fields=("at", "id"), condition=Q(sequence__isnull=True), name="audit_unsealed"),
        )

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new entry, with its proof. Raises AppendOnly for one that is written already."""
        from access.chain import mac_of

        if not self._state.adding:
            raise AppendOnly("An entry of the audit log is never changed.")
        self.mac = mac_of(self)
        super().save(*args, force_insert=True, **{k: v for k, v in kwargs.items() if k == "using"})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("An entry of the audit log is never deleted.")


class AuditAnchor(models.Model):
    """Where the chain begins since its oldest entries were removed by their age. One row, or none."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.PositiveBigIntegerField()  # the last entry that is gone
    digest = models.CharField(max_length=100)  # and the chain's digest up to it
    mac = models.CharField(max_length=100)

    def __str__(self) -> str:
        return str(self.sequence)


class AuditReader(models.Model):
    """Somebody outside to whom the audit log is sent, and up to where they have it."""

    name = models.CharField(max_length=32, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    held_until = models.DateTimeField(default=timezone.now)  # by whoever sends now
    failing_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class SignedInSession(models.Model):
    """What people are told of a session; Django's own row beside it is what makes it count, and takes this along."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="sessions")
    session = models.OneToOneField("sessions.Session", models.CASCADE, related_name="told")
    address = models.CharField(max_length=64, blank=True, default="")
    user_agent = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField()
    proved_at = models.DateTimeField()  # when the person last showed that it is them

    class Meta:
        indexes = (models.Index(fields=("user", "-created_at"), name="session_by_user"),)

    def __str__(self) -> str:
        return f"{self.user_id} from {self.address}"


class SecondFactor(models.Model):
    """What a person has beside the password: an app with a secret, a security key, a set of codes on paper."""

    class Kind(models.TextChoices):
        TOTP = "totp"
        WEBAUTHN = "webauthn"
        RECOVERY_CODES = "recovery_codes"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="second_factors")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    name = models.CharField(max_length=100, blank=True, default="")
    confirmed = models.BooleanField(default=True)  # an app counts only once a first code came from it
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    # TOTP: its secret, and the time step of the last code that was taken.
    sealed_secret = models.TextField(blank=True, default="")
    last_step = models.BigIntegerField(default=0)
    # WebAuthn, all as base64url: the key, the host name that it was made for, how often it has signed.
    credential_id = models.CharField(max_length=1400, null=True, unique=True)  # NULL is not unique
    public_key = models.TextField(blank=True, default="")
    relying_party = models.CharField(max_length=253, blank=True, default="")
    sign_count = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "kind", "confirmed"),
                condition=~Q(kind="webauthn"),
                name="second_factor_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class RecoveryCode(models.Model):
    """One code on paper that was not used yet. 80 random bits need no salt and no slow hash."""

    factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("factor", "digest"), name="recovery_code_once"),)

    def __str__(self) -> str:
        return str(self.factor_id)


class KeptReply(models.Model):
    """What a POST with an Idempotency-Key was answered, for a repeat. Its body is sealed: it may hold a token."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    sealed_body = models.TextField(default="")
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "key"), name="kept_reply_once"),)

    def __str__(self) -> str:
        return self.key
