"""The data model: frozen dataclasses shared by all packages. Times are aware datetimes in UTC."""
