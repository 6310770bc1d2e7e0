"""What cloud-init is told: plain fields as cloud-config, own words as they are."""

import io
import json
from typing import Any
from uuid import uuid4

import pycdlib
import pytest

from domains.creation import cloudinit
from domains.creation.complaints import Complaints

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA ada@example"


def said(wish: dict[str, Any]) -> dict[str, Any]:
    first, _, rest = cloudinit.user_data(wish).partition("\n")
    assert first == "#cloud-config"
    config: dict[str, Any] = json.loads(rest)
    return config


def test_a_user_of_ones_own() -> None:
    (user,) = said({"user": "ada", "ssh_keys": [f" {KEY}\n"]})["users"]
    assert (user["name"], user["lock_passwd"], user["ssh_authorized_keys"]) == ("ada", True, [KEY])
    assert "plain_text_passwd" not in user
    word = 'a"b: #{}\n'
    config = said({"user": "ada", "password": word})
    assert (config["users"][0]["plain_text_passwd"], config["ssh_pwauth"]) == (word, True)
    assert said({"user": "ada", "password": word, "ssh_keys": [KEY]})["ssh_pwauth"] is False


def test_the_images_own_user() -> None:
    config = said({"password": "word", "ssh_keys": [KEY]})
    assert (config["password"], config["chpasswd"]["expire"], config["ssh_authorized_keys"]) == (
        "word",
        False,
        [KEY],
    )
    assert said({}) == {}


def test_own_words_are_not_touched() -> None:
    disc = pycdlib.PyCdlib()
    disc.open_fp(io.BytesIO(cloudinit.seed({"user_data": "#!/bin/sh\necho ü\n"}, uuid4(), "x")))
    with disc.open_file_from_iso(rr_path="/user-data") as file:
        assert file.read().decode() == "#!/bin/sh\necho ü\n"
    assert sorted(
        child.rock_ridge.name() for child in disc.list_children(rr_path="/") if child.rock_ridge
    ) == [b".", b"..", b"meta-data", b"user-data"]
    disc.close()


@pytest.mark.parametrize(
    ("wish", "fields"),
    [
        ({"ssh_keys": [KEY, "ssh-rsa"]}, {"cloud_init.ssh_keys.1"}),
        ({"ssh_keys": [f"{KEY}\nruncmd: [x]"]}, {"cloud_init.ssh_keys.0"}),
        ({"ssh_keys": ["-----BEGIN OPENSSH PRIVATE KEY-----"]}, {"cloud_init.ssh_keys.0"}),
        ({"user_data": "users: []"}, {"cloud_init.user_data"}),
        ({"user_data": "#cloud-config\n", "password": "x"}, {"cloud_init.password"}),
        ({"user_data": "#cloud-config\n", "hostname": "x"}, set()),
    ],
)
def test_what_is_complained_about(wish: dict[str, Any], fields: set[str]) -> None:
    complaints = Complaints()
    cloudinit.check(wish, complaints)
    assert set(complaints.by_field) == fields
