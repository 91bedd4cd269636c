"""Clinical-trial eligibility criteria as data that can be trusted."""
