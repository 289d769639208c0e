"""The ERP's side: what an export says, in the ERP's own words."""
