"""The Feldmapping: one YAML file that maps a connection's own columns to records of `erp-export/1`.

`parsing.parse_feldmapping` reads the file; `feldmapping.Feldmapping` is the mapping, ready for use.
"""
