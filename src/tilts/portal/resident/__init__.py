"""Pages for residents: who looked, what is forbidden, who may act for whom."""
