"""The nouns: frozen dataclasses that every room shares. Times are aware datetimes in UTC."""
