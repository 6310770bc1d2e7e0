"""What copies and deletion ask of a node, with real QEMU definitions and files."""

from uuid import UUID, uuid4

import pytest

from hypervisor.data import NewVolume
from hypervisor.errors import NotFound, OperationInvalid
from hypervisor.libvirt.node import LibvirtNode
from hypervisor.xml.clone import fresh, nvram_of
from tests.daemon import PrivateDaemon
from tests.node.guests import VNC_WITH_PASSWORD, Guest, xml

MIB = 2**20


def test_the_whole_definition_has_its_password(qemu: LibvirtNode) -> None:
    with Guest(qemu, devices=VNC_WITH_PASSWORD) as guest:
        assert "firstpwd" in qemu.secret_definition(guest.uuid)
        assert "firstpwd" not in (qemu.domain_xml(guest.uuid).inactive or "")
    with pytest.raises(NotFound):
        qemu.secret_definition(guest.uuid)


def test_a_new_name_only_while_it_is_off_and_only_a_free_one(qemu: LibvirtNode) -> None:
    with Guest(qemu) as guest, Guest(qemu) as other:
        qemu.rename(guest.uuid, f"{guest.name}-new")
        assert qemu.domain(guest.uuid).name == f"{guest.name}-new"
        with pytest.raises(OperationInvalid):
            qemu.rename(guest.uuid, other.name)
        qemu.start(guest.uuid)
        with pytest.raises(OperationInvalid):
            qemu.rename(guest.uuid, guest.name)


def test_who_stands_on_a_volume(qemu: LibvirtNode, folder_pool: UUID) -> None:
    base = qemu.create_volume(folder_pool, NewVolume("base", MIB))
    layer = qemu.create_volume(
        folder_pool, NewVolume("layer", MIB, "qcow2", backing=base.path, backing_format="raw")
    )
    nobody = qemu.create_volume(folder_pool, NewVolume("nobody", MIB))
    disk = f"<disk type='file'><source file='{layer.path}'/><target dev='vda' bus='virtio'/></disk>"
    asked = (base.path, layer.path, nobody.path)
    with Guest(qemu, devices=disk) as guest:
        users = qemu.volume_users(asked)
        assert users[layer.path] == (guest.name,)
        assert [user.partition("/")[2] for user in users[base.path]] == ["layer"]
        assert nobody.path not in users
        assert layer.path not in qemu.volume_users(asked, besides=guest.uuid)
    assert layer.path not in qemu.volume_users(asked)


def test_uefi_variables_stay_for_one_that_comes_back_and_go_with_one_that_does_not(
    qemu: LibvirtNode, daemon: PrivateDaemon
) -> None:
    name = f"uefi-{uuid4().hex[:8]}"
    code, variables = daemon.file(f"{name}.code", b"code"), daemon.file(f"{name}.vars", b"variables")
    os = f"<loader readonly='yes' type='pflash'>{code}</loader><nvram>{variables}</nvram>"
    uuid = qemu.define(xml(name, os=os, more="<features><acpi/></features>"))
    kept = qemu.secret_definition(uuid)
    assert nvram_of(kept) == str(variables)
    qemu.undefine(uuid, keep_nvram=True)
    assert variables.exists()
    assert qemu.define(kept) == uuid
    with pytest.raises(OperationInvalid):
        qemu.remove_nvram(kept)
    qemu.undefine(uuid, keep_nvram=True)
    qemu.remove_nvram(kept)
    assert not variables.exists()


def test_libvirt_takes_the_definition_of_a_copy(qemu: LibvirtNode) -> None:
    with Guest(qemu, devices=VNC_WITH_PASSWORD) as guest:
        uuid = uuid4()
        made = qemu.define(fresh(qemu.secret_definition(guest.uuid), f"{guest.name}-copy", uuid, {}))
        try:
            assert made == uuid
            written = qemu.secret_definition(uuid)
            assert "firstpwd" not in written
            assert "passwd=" in written
            qemu.set_autostart(uuid, False)
        finally:
            qemu.undefine(uuid)


@pytest.mark.parametrize("started_before", [True, False])
def test_uefi_variables_get_the_new_name_too(
    qemu: LibvirtNode, daemon: PrivateDaemon, started_before: bool
) -> None:
    """Else the next domain of the old name would have the same file."""
    name = f"uefi-{uuid4().hex[:8]}"
    folder = daemon.directory(f"nvram-{name}")
    code, file = daemon.file(f"{name}.code", b"code"), folder / f"{name}_VARS.fd"
    if started_before:
        daemon.file(f"{folder.name}/{file.name}", b"variables")
    os = f"<loader readonly='yes' type='pflash'>{code}</loader><nvram>{file}</nvram>"
    uuid = qemu.define(xml(name, os=os, more="<features><acpi/></features>"))
    try:
        qemu.rename(uuid, "renamed")
        assert nvram_of(qemu.secret_definition(uuid)) == f"{folder}/renamed_VARS.fd"
        assert [path.name for path in folder.iterdir()] == ["renamed_VARS.fd"] * started_before
        if started_before:
            assert (folder / "renamed_VARS.fd").read_bytes().startswith(b"variables")
            daemon.file(f"{folder.name}/taken_VARS.fd", b"another's")
            with pytest.raises(OperationInvalid):
                qemu.rename(uuid, "taken")
            assert qemu.domain(uuid).name == "renamed"
            assert (folder / "taken_VARS.fd").read_bytes() == b"another's"
        assert qemu.inventory().pools == ()
    finally:
        qemu.undefine(uuid)
