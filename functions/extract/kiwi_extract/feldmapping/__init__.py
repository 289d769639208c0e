"""The Feldmapping: how a connection's own columns become records of `erp-export/1`, as data in one YAML file.

`parsing.parse_feldmapping` reads the file, `feldmapping.Feldmapping` is what it says, ready to be used.
"""
