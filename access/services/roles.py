"""Roles: the built-in ones as the code says, others as people make them."""

from access.models import Role
from access.permissions import BUILT_IN_ROLES


def write_built_in() -> None:
    """Make the built-in roles what access.permissions says, touching only what differs."""
    stored = {
        role.name: role for role in Role.objects.filter(name__in=[role.name for role in BUILT_IN_ROLES])
    }
    for wanted in BUILT_IN_ROLES:
        permissions = sorted(wanted.permissions)
        role = stored.get(wanted.name)
        if role is None:
            Role.objects.create(
                name=wanted.name, description=wanted.description, permissions=permissions, built_in=True
            )
        elif (role.permissions, role.description, role.built_in) != (permissions, wanted.description, True):
            role.permissions, role.description, role.built_in = permissions, wanted.description, True
            role.version += 1
            role.save()
