"""Keys, formats, records, indexes and limits, shared by functions and tooling."""
