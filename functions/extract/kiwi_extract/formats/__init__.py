"""Reads exports in every usual format: JSON, NDJSON, CSV, XLSX, each also in a gzip or a ZIP.

`reading.open_export` is the way in: it finds out by the content what a document is.
"""
