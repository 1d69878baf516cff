"""The protocols of accounts and of the shared folder: requests and responses, without network access."""
