"""What all tests share."""

from hypothesis import HealthCheck, settings

# How long a draw takes says how busy the machine is, nothing about the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
