"""The two databases: schema, accounts, migrations, engines, copies, roles, and the row changes of each batch."""
