"""The source of all that waits for an answer; `_sync` is made from it by tools/async_to_sync.py."""
