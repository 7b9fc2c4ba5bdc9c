"""The report page: every figure of the marts as one self-contained page, and as pictures for slides."""
