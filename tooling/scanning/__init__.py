"""Running checkov over the Terraform sources and plans, and judging its findings."""
