"""The authority's desk of oversight: alerts and holds, the trail, emergencies, consents on paper, certificates."""
