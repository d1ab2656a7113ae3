"""Pages of the classifiers: the register for everybody, each list with its versions, and files to take away."""
