"""People, known by their e-mail addresses, and how they sign in: by letter, with a passkey or code beside."""
