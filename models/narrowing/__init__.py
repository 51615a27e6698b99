"""What a viewer whose roles hold within scopes alone may read: PostgreSQL decides, row by row.

tables.py      what of each table is seen, and why
applying.py    the role, its policies and its rights, made so wherever `migrate` runs
belongings.py  what each row is of, for `domain.sight`
seeing.py      the database as such a viewer sees it
"""

ROLE = "interlock_narrowed"
"""The role that such reads have: it cannot log in, owns nothing, and may read alone."""
