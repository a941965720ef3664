"""Editions as they were frozen under the first rules: without a version of the rules, and without tables."""

import sqlite3
from contextlib import closing
from hashlib import sha256

from data.editions import frozen_copies
from data.editions.frozen_copies import Edition


def of_first_rules(edition: Edition) -> Edition:
    """Turn an edition into one of the first rules. It gets another hash, and so another key."""
    edition.tables_path.unlink()
    edition.path.chmod(0o644)
    with closing(sqlite3.connect(edition.path)) as connection:
        connection.execute("ALTER TABLE edition DROP COLUMN rules_version")
        connection.execute("DROP TABLE edition_file")
    digest = sha256(edition.path.read_bytes()).hexdigest()
    slug = edition.path.name.split(".")[0]
    path = edition.path.rename(edition.path.with_name(f"{slug}.{digest}.db"))
    return next(each for each in frozen_copies.editions(path.parent) if each.path == path)
