"""The proof of the guarded listing: random interleavings that replay by their seed, and an oracle over what was so."""
