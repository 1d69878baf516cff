"""What servers of accounts say, and what is said to them: pure, no request is made here."""
