"""checkov over the Terraform sources and over plans: what it finds, and who decides on it."""
