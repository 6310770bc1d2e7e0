"""Benchmarks: each figure beside a limit that was measured in the same run, since a machine's speed is no constant."""
