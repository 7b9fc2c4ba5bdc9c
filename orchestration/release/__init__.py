"""The release: an immutable, verifiable folder a month, made from one published copy, and where it is published."""
