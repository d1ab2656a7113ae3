"""SQL of the register of medicines: its versions, its products as of a day, and a load under way."""
