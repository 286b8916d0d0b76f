"""`python -m qa` is the same as the command `bulletin-qa`."""

import sys

from qa.cli import main

sys.exit(main())
