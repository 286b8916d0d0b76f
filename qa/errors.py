"""The exceptions of bulletin-qa: one root, one class for each thing a user can put right.

    BulletinQAError
    ├── UsageError            an option or argument is wrong
    ├── ReadingError          a file cannot be read as a bulletin
    ├── StoreError            the index folder cannot be used
    │   ├── StoreLockedError  another process is writing it
    │   └── StoreVersionError it was written by another version
    ├── ModelError            an embedding or language model cannot be loaded or reached
    └── QuestionSetError      a question set does not follow the format

Every message names the thing and the cure in one line.
"""


class BulletinQAError(Exception):
    """Root of every error that bulletin-qa raises on purpose."""


class UsageError(BulletinQAError):
    """An option, argument or setting has a value that cannot be used."""


class ReadingError(BulletinQAError):
    """A file cannot be read as a bulletin."""


class StoreError(BulletinQAError):
    """The index folder cannot be opened, read or written."""


class StoreLockedError(StoreError):
    """Another process holds the writer's lock of the index folder."""


class StoreVersionError(StoreError):
    """The index folder was written by a version that this one cannot read."""


class ModelError(BulletinQAError):
    """An embedding model, reranker or language model cannot be loaded or reached."""


class QuestionSetError(BulletinQAError):
    """A question set, or one of its lines, does not follow the format."""
