"""Changing a domain, off or running: what is wished, whether it can be, and doing it now or for the next boot."""
