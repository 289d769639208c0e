"""A look at an export before it is sent: what would come of it, and what is wrong with it. Without AWS."""
