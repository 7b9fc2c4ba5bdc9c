"""``python -m benchmarks``; nothing is imported where processes that are measured look at this module."""

if __name__ == "__main__":
    import typer

    from benchmarks.cli import main

    typer.run(main)
