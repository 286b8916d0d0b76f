"""What the store and its derived indexes are made of: files, locks, rows, postings, vectors."""
