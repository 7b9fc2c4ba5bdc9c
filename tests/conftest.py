"""What holds for every test: how long an example of a property takes says how busy the machine is, nothing else."""

from hypothesis import HealthCheck, settings

settings.register_profile("warehouse", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("warehouse")
