"""The lab's fixtures, for the tests of this folder."""

from tests.lab.fixtures import lab, standing_lab

__all__ = ["lab", "standing_lab"]
