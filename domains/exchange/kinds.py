"""The names of the jobs of exchange."""

EXPORT = "domain.export"
IMPORT = "domain.import"
INSPECT = "volume.inspect"
