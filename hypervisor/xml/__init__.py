"""libvirt's documents, read and written: one module an element. The one place that imports lxml."""
