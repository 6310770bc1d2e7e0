"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with the costs that OWASP's Password Storage Cheat Sheet names first (46 MiB, one pass, one lane).

    Django's default takes 100 MiB and eight lanes for each try, which makes the sign-in page a way to use up memory.
    """

    time_cost = 1
    memory_cost = 46 * 1024
    parallelism = 1
