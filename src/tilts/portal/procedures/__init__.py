"""The public pages of the agreements and applications: what each is for, who does what by when, the form to download."""
