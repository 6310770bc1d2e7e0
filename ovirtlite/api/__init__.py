"""The HTTP API as a whole: routes, problem documents, JSON, the OpenAPI document, health."""
