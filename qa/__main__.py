"""`python -m qa` is the same as the command `bulletin-qa`."""

from qa.cli import main

main()
