"""The proof of the write protocol: the power is cut everywhere, life after life, and no state is ever a mixture."""
