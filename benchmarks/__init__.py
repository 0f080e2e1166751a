"""What is measured, and the command that prints each table. A package, so that no other of this name is found first."""
