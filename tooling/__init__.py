"""The operator's tooling: package, render, plan, scan, deploy, verify and take down."""
