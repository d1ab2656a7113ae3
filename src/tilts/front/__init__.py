"""What stands between the network and the exchange: HAProxy's configuration, made from the settings.

answers.json       what is said before a call has come as far as a rule: by HAProxy, and by our own protocol
configuration.py   from the settings of one or several environments to the files that HAProxy reads
haproxy.cfg.j2     the configuration itself
patience.py        how long a connection may take and how many one client holds, where our own protocol is the front
"""
