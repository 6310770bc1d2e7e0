"""The shapes of second factors, sessions and proof in requests and replies."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import StrictSerializer
from access.api.shapes import password_field
from access.models import SecondFactor


class SecondStepSerializer(StrictSerializer):
    """One of the three."""

    code = serializers.CharField(max_length=16, required=False, help_text="Of the app.")
    recovery_code = serializers.CharField(max_length=64, required=False)
    webauthn = serializers.DictField(required=False, help_text="The PublicKeyCredential as JSON.")


class WaitingSerializer(serializers.Serializer[Any]):
    methods = serializers.ListField(child=serializers.CharField(), help_text="totp, webauthn, recovery_code.")
    webauthn = serializers.DictField(allow_null=True, help_text="What navigator.credentials.get takes.")


class ConfirmSerializer(StrictSerializer):
    password = password_field()


class SecondFactorSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=SecondFactor.Kind.choices)
    name = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    left = serializers.IntegerField(allow_null=True, help_text="How many recovery codes are not used yet.")


class NewTotpSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    secret = serializers.CharField(help_text="Told this once, as base32.")
    uri = serializers.CharField()
    qr_svg = serializers.CharField(help_text="The address as a picture.")


class TotpCodeSerializer(StrictSerializer):
    code = serializers.CharField(max_length=16)


class NewKeySerializer(StrictSerializer):
    name = serializers.CharField(max_length=100)
    credential = serializers.DictField(help_text="The PublicKeyCredential as JSON.")


class KeyOptionsSerializer(serializers.Serializer[Any]):
    """What navigator.credentials.create takes, as JSON."""

    challenge = serializers.CharField()
    rp = serializers.DictField()
    user = serializers.DictField()
    pubKeyCredParams = serializers.ListField(child=serializers.DictField())  # noqa: N815  # the browser's word
    timeout = serializers.IntegerField(required=False)
    excludeCredentials = serializers.ListField(child=serializers.DictField(), required=False)  # noqa: N815
    authenticatorSelection = serializers.DictField(required=False)  # noqa: N815
    attestation = serializers.CharField(required=False)


class RecoveryCodesSerializer(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(child=serializers.CharField(), help_text="Told this once.")


class AddedSerializer(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="With the first factor; told this once."
    )


class SessionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    address = serializers.CharField(allow_blank=True)
    user_agent = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    current = serializers.BooleanField(help_text="Whether it is the one that asks.")


class EndedSerializer(serializers.Serializer[Any]):
    ended = serializers.IntegerField()
