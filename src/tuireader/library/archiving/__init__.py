"""Reading a site back: everything that it has published, by the best way that it offers."""
