"""The ERP's side: the content of an export, in the ERP's own words."""
