"""The pharmacist's pages: find, claim, hand out, close, correct."""
