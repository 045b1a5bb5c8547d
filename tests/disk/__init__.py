"""The journal on a disk that fails: power cuts, errors, no space, at every single operation."""
