"""What the round remembers: tables, transactions, migrations, the audit trail."""
