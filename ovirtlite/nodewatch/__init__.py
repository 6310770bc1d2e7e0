"""The process that listens to the nodes and writes what they say: connections, events, resync, statistics."""
