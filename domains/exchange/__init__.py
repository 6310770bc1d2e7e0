"""Domains that leave as appliances (OVA), and those that come as one or as a disk of another hypervisor."""
