"""`tilts` and `python -m tilts`."""

from tilts.cli.main import main

if __name__ == "__main__":
    main()
