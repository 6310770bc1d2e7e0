"""What cloud-init is told at a guest's first boot: a small ISO by the name of cidata (its NoCloud way)."""

import io
import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pycdlib

from domains.creation.complaints import Complaints

_KEY = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}(?: [^\x00-\x1f\x7f]*)?")
_MADE = ("user", "password", "ssh_keys")
_BEGINNINGS = ("#", "Content-Type:", "MIME-Version:")


def check(wish: Mapping[str, Any], complaints: Complaints) -> None:
    """Complains by field."""
    if "user_data" in wish:
        for name in _MADE:
            if name in wish:
                complaints.add(f"cloud_init.{name}", "Not together with user_data: write it there.")
        if not wish["user_data"].startswith(_BEGINNINGS):
            complaints.add(
                "cloud_init.user_data", "It begins with #cloud-config, #!, or another word of cloud-init's."
            )
    for number, key in enumerate(wish.get("ssh_keys", ())):
        if not _KEY.fullmatch(key.strip()):
            complaints.add(f"cloud_init.ssh_keys.{number}", "This is no public key as OpenSSH writes it.")


def seed(wish: Mapping[str, Any], uuid: UUID, name: str) -> bytes:
    """The ISO. Holds secrets: it goes to the node's private volume and nowhere else."""
    files = {
        "meta-data": json.dumps({"instance-id": str(uuid), "local-hostname": wish.get("hostname", name)})
        + "\n",
        "user-data": wish.get("user_data") or user_data(wish),
    }
    if wish.get("network_config"):
        files["network-config"] = wish["network_config"]
    disc = pycdlib.PyCdlib()
    disc.new(interchange_level=3, joliet=3, rock_ridge="1.09", vol_ident="cidata")
    for number, (path, text) in enumerate(files.items()):
        content = text.encode()
        disc.add_fp(
            io.BytesIO(content), len(content), f"/FILE{number}.;1", rr_name=path, joliet_path=f"/{path}"
        )
    out = io.BytesIO()
    disc.write_fp(out)
    disc.close()
    return out.getvalue()


def user_data(wish: Mapping[str, Any]) -> str:
    """Cloud-config of the plain fields. Written as JSON, which is YAML too and needs no escaping of our own."""
    keys = [key.strip() for key in wish.get("ssh_keys", ())]
    password = wish.get("password")
    said: dict[str, Any] = {}
    if "user" in wish:
        said["users"] = [
            {
                "name": wish["user"],
                "sudo": "ALL=(ALL) NOPASSWD:ALL",
                "shell": "/bin/bash",
                "lock_passwd": password is None,
                **({"plain_text_passwd": password} if password is not None else {}),
                **({"ssh_authorized_keys": keys} if keys else {}),
            }
        ]
    else:
        # The image's own user.
        if password is not None:
            said |= {"password": password, "chpasswd": {"expire": False}}
        if keys:
            said["ssh_authorized_keys"] = keys
    if password is not None:
        said["ssh_pwauth"] = not keys
    return f"#cloud-config\n{json.dumps(said)}\n"
