"""The Lambda functions: an event in, a call of the domain, a result out."""
