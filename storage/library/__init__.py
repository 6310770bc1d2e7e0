"""The library: media and disk images that people make domains from, wherever copies of them lie."""
