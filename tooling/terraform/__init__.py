"""Running Terraform: the binary, providers, the adapter, plans and state."""
