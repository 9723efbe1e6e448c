"""The Lambda functions: each turns an event into a call of the domain, and returns the result."""
