"""From a figure back to the readings: what each mart declares about its figures, walked over a published copy."""
