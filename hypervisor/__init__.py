"""What a hypervisor node is and can do: states, data, errors and Protocols. No Django here."""
