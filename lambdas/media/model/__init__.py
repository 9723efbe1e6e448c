"""Keys, formats, records and limits that both functions and tooling know."""
