"""Working in the portal as a health professional: what the pages of pharmacists and doctors share."""
