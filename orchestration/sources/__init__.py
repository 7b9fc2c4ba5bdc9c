"""Connectors: one module per provider; each turns what a provider sends into candidate snapshots."""
