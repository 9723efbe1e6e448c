"""The API's reference as a page of its own, made of the OpenAPI document."""
