"""What a node says that a domain may have."""

from hypervisor.xml.domain_capabilities import read_domain_capabilities

SAID = """
<domainCapabilities>
  <path>/usr/bin/qemu-system-x86_64</path><domain>kvm</domain><machine>pc-q35-7.2</machine><arch>x86_64</arch>
  <vcpu max='288'/><iothreads supported='yes'/>
  <os supported='yes'>
    <enum name='firmware'><value>efi</value></enum>
    <loader supported='yes'>
      <value>/usr/share/OVMF/OVMF_CODE_4M.fd</value>
      <enum name='type'><value>rom</value><value>pflash</value></enum>
      <enum name='secure'><value>yes</value><value>no</value></enum>
    </loader>
  </os>
  <cpu>
    <mode name='host-passthrough' supported='yes'/><mode name='maximum' supported='no'/>
    <mode name='custom' supported='yes'>
      <model usable='yes'>qemu64</model><model usable='no'>phenom</model><model usable='unknown'>EPYC</model>
    </mode>
  </cpu>
  <memoryBacking supported='yes'><enum name='sourceType'><value>memfd</value></enum></memoryBacking>
  <devices>
    <disk supported='yes'><enum name='bus'><value>virtio</value><value>sata</value></enum></disk>
    <tpm supported='no'><enum name='model'><value>tpm-crb</value></enum></tpm>
  </devices>
  <features><gic supported='no'/><genid supported='yes'/></features>
</domainCapabilities>
"""


def test_what_is_read() -> None:
    said = read_domain_capabilities(SAID)
    assert (said.domain_type, said.arch, said.machine, said.max_vcpus) == ("kvm", "x86_64", "pc-q35-7.2", 288)
    assert (said.efi, said.secure_boot) == (True, True)
    assert said.loaders == ("/usr/share/OVMF/OVMF_CODE_4M.fd",)
    assert said.cpu_modes == ("host-passthrough", "custom")
    assert said.cpu_models == ("qemu64", "EPYC")
    assert said.memory_sources == ("memfd",)
    assert said.iothreads
    assert said.devices == {"disk": {"bus": ("virtio", "sata")}}
    assert said.features == ("genid",)


def test_a_node_that_says_little() -> None:
    said = read_domain_capabilities("<domainCapabilities><domain>lxc</domain></domainCapabilities>")
    assert (said.max_vcpus, said.efi, said.devices, said.cpu_models) == (0, False, {}, ())
