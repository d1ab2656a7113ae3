"""Rules about prescriptions beside those of prescribing and dispensing themselves."""
