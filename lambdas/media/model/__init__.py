"""Keys, formats, records, indexes and limits that both functions and tooling know."""
