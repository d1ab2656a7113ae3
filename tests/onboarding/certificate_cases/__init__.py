"""More than a hundred certificates, lists, answers and standings, each with its verdict: what is wrong must be named.

pki.yml        the authorities, in certomancer's own form; days are counted from the day of the run
leaves.yml     certificates of connections: what each one changes, and every check that fails
revoking.yml   lists and answers about one good certificate, with the status that follows and why
standing.yml   what is known of a registered one, until when it may be used, and the rule that closes it
"""
