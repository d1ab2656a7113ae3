"""The reference pages that are made from the code: rules, routes, scopes, settings, states, commands."""
