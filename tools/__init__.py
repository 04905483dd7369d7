"""Scripts of the project itself: set-up, peers, licences, scan."""
