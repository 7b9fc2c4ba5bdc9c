"""Alerts: what is wrong with the warehouse, told once per cause to the services that a setting names."""
