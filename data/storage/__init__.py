"""The two databases: schema, accounts, migrations, engines, copies, roles, and what each batch changed."""
