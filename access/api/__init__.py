"""HTTP over accounts, and what every app's endpoints are made of: sign-in, views, filters, paging, strict bodies."""
