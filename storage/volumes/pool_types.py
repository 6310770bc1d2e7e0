"""What volumes each type of pool takes."""

# Volumes are files in a folder, with a path known before they exist.
FILES = frozenset({"dir", "fs", "netfs", "vstorage"})
# Volumes can be made by name and size.
WRITABLE = FILES | {"logical", "gluster", "rbd", "zfs", "disk"}
# Volumes have no format of their own: their bytes are the disk.
FORMATLESS = frozenset({"logical", "rbd", "zfs", "iscsi", "iscsi-direct", "scsi", "disk", "mpath"})
# Formats that a new volume may have; others only come about by conversion.
OURS = frozenset({"raw", "qcow2"})
ENDINGS = {"raw": "img", "qcow2": "qcow2", "vmdk": "vmdk", "vdi": "vdi", "vpc": "vhd", "qed": "qed"}
