"""The content of volumes on its way: from browsers and programs to nodes, and back."""
