"""The shapes of accounts in requests and replies."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import (
    GrantedObjectSerializer,
    ObjectReferenceSerializer,
    PermissionField,
    ReferenceSerializer,
    StrictSerializer,
)
from access.permissions import GRANTABLE_KINDS
from access.services.signing_in import LONGEST_PASSWORD

THEMES = ("auto", "light", "dark")
SOURCES = ("local", "oidc", "ldap")
RESULTS = ("accepted", "refused", "failed", "succeeded", "cancelled")
BREACHES = ("changed", "missing", "moved", "truncated", "unknown_key")


def password_field(**kwargs: Any) -> serializers.CharField:
    return serializers.CharField(
        max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True, **kwargs
    )


class LoginSerializer(StrictSerializer):
    username = serializers.CharField(max_length=150)
    password = password_field()


class PasswordSerializer(StrictSerializer):
    current_password = password_field()
    new_password = password_field()


class OwnPermissionsSerializer(serializers.Serializer[Any]):
    everywhere = serializers.ListField(child=PermissionField())
    somewhere = serializers.ListField(child=PermissionField(), help_text="On some objects only.")
    on = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Of each of these, what kinds of objects it stands on: `host` reaches what is on the host, too.",
    )


class OwnSecondFactorSerializer(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()
    required = serializers.BooleanField(  # type: ignore[assignment]  # REST framework's own word
        help_text="Whether this installation asks it of you. Without one nothing else can be done."
    )


class MeSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    theme = serializers.ChoiceField(choices=THEMES)
    source = serializers.ChoiceField(choices=SOURCES)  # type: ignore[assignment]  # REST framework's own word
    has_password = serializers.BooleanField(help_text="Whether you can be asked for one.")
    must_change_password = serializers.BooleanField(help_text="Nothing else can be done before.")
    second_factor = OwnSecondFactorSerializer()
    roles = serializers.ListField(child=serializers.CharField())
    permissions = OwnPermissionsSerializer()


class MeWriteSerializer(StrictSerializer):
    name = serializers.CharField(max_length=150, allow_blank=True)
    theme = serializers.ChoiceField(choices=THEMES)


class ObjectSerializer(serializers.Serializer[Any]):
    """What every object has."""

    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    actions = serializers.ListField(
        child=serializers.CharField(), help_text="What the reader may do to it now."
    )


class UserSerializer(ObjectSerializer):
    username = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    active = serializers.BooleanField()
    source = serializers.ChoiceField(choices=SOURCES)  # type: ignore[assignment]  # REST framework's own word
    has_password = serializers.BooleanField()
    must_change_password = serializers.BooleanField()
    second_factor = serializers.BooleanField(help_text="Whether sign-in asks for one.")
    locked = serializers.BooleanField(
        help_text="Too many failed sign-ins: the next one is refused for a while."
    )
    groups = ReferenceSerializer(many=True)
    last_login_at = serializers.DateTimeField(allow_null=True)


class UserWriteSerializer(StrictSerializer):
    username = serializers.CharField(max_length=150)
    password = password_field(required=False, allow_null=True)
    name = serializers.CharField(max_length=150, allow_blank=True, required=False)
    active = serializers.BooleanField(required=False)
    must_change_password = serializers.BooleanField(required=False)
    groups = serializers.ListField(child=serializers.UUIDField(), required=False)


class GroupSerializer(ObjectSerializer):
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    users = ReferenceSerializer(many=True)


class GroupWriteSerializer(StrictSerializer):
    name = serializers.CharField(max_length=150)
    description = serializers.CharField(max_length=500, allow_blank=True, required=False)
    users = serializers.ListField(child=serializers.UUIDField(), required=False)


class RoleSerializer(ObjectSerializer):
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    permissions = serializers.ListField(child=PermissionField())
    built_in = serializers.BooleanField()


class RoleWriteSerializer(StrictSerializer):
    name = serializers.CharField(max_length=150)
    description = serializers.CharField(max_length=500, allow_blank=True, required=False)
    permissions = serializers.ListField(child=PermissionField())


class GrantSerializer(ObjectSerializer):
    user = ReferenceSerializer(allow_null=True)
    group = ReferenceSerializer(allow_null=True)
    role = ReferenceSerializer()
    object = ObjectReferenceSerializer(allow_null=True, help_text="Null: everywhere.")


class GrantWriteSerializer(StrictSerializer):
    """One of `user`, `username` and `group`."""

    user = serializers.UUIDField(required=False, allow_null=True)
    username = serializers.CharField(max_length=150, required=False, allow_null=True)
    group = serializers.UUIDField(required=False, allow_null=True)
    role = serializers.UUIDField()
    object = GrantedObjectSerializer(required=False, allow_null=True, help_text="None: everywhere.")


class GrantChangeSerializer(StrictSerializer):
    role = serializers.UUIDField()
    object = GrantedObjectSerializer(required=False, allow_null=True, help_text="Null: everywhere.")


class GrantedToSerializer(ReferenceSerializer):
    kind = serializers.ChoiceField(choices=("user", "group"))


class ThroughSerializer(serializers.Serializer[Any]):
    """What the grant stands on instead; without a name for who may not see that."""

    kind = serializers.ChoiceField(choices=(*GRANTABLE_KINDS, "everywhere"))
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_blank=True)


class GrantOnSerializer(serializers.Serializer[Any]):
    """Who has a role that reaches an object."""

    id = serializers.UUIDField(help_text="Of the grant.")
    to = GrantedToSerializer()
    role = ReferenceSerializer()
    through = ThroughSerializer(allow_null=True, help_text="Null: it stands on this object itself.")
    owner = serializers.BooleanField(
        help_text="Whether it is the owner's own, which only grant.manage takes."
    )
    actions = serializers.ListField(child=serializers.CharField())


class GrantsOnSerializer(serializers.Serializer[Any]):
    results = GrantOnSerializer(many=True)
    may_share = serializers.BooleanField()


class TokenSerializer(ObjectSerializer):
    name = serializers.CharField()
    user = ReferenceSerializer()
    permissions = serializers.ListField(
        child=PermissionField(), allow_null=True, help_text="Null: all that its owner may do."
    )
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class NewTokenSerializer(TokenSerializer):
    token = serializers.CharField(help_text="The token itself, told this once.")


class TokenWriteSerializer(StrictSerializer):
    name = serializers.CharField(max_length=150)
    permissions = serializers.ListField(child=PermissionField(), required=False, allow_null=True)
    expires_at = serializers.DateTimeField(required=False, help_text="In 90 days, if not given.")


class TokenChangeSerializer(StrictSerializer):
    name = serializers.CharField(max_length=150)
    expires_at = serializers.DateTimeField(required=False)


class AuditObjectSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_blank=True)


class AuditActorSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_blank=True)


class AuditChangeSerializer(serializers.Serializer[Any]):
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class AuditEntrySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    sequence = serializers.IntegerField(
        allow_null=True, help_text="Its place in the chain. Null in the moments before it has one."
    )
    at = serializers.DateTimeField()
    actor = AuditActorSerializer()
    token = AuditActorSerializer(allow_null=True)
    session = serializers.UUIDField(
        allow_null=True, help_text="The browser session, as /me/sessions/ names it."
    )
    address = serializers.CharField(allow_blank=True)
    action = serializers.CharField()
    object = AuditObjectSerializer()
    result = serializers.ChoiceField(
        choices=RESULTS, help_text="Of a job's end: succeeded, failed, cancelled; `detail.job` is the job."
    )
    detail = serializers.DictField()
    changes = serializers.DictField(
        child=AuditChangeSerializer(),
        help_text="What a field was and what it became; a secret: only that it changed.",
    )
    digest = serializers.CharField(allow_blank=True, help_text="Of the chain up to this entry.")


class AuditVerdictSerializer(serializers.Serializer[Any]):
    valid = serializers.BooleanField()
    checked = serializers.IntegerField(help_text="How many entries were looked at, from `first` on.")
    first = serializers.IntegerField()
    unsealed = serializers.IntegerField(help_text="Entries that have no place in the chain yet.")
    head_known = serializers.BooleanField(
        help_text="Whether the end was compared with this machine's own note of it."
    )
    broken_at = serializers.IntegerField(
        allow_null=True, help_text="The first place where something is wrong."
    )
    problem = serializers.ChoiceField(choices=BREACHES, allow_null=True)
    detail = serializers.CharField(allow_blank=True)
