"""Everything that runs Terraform: the binary, where providers come from, one adapter, plans."""
