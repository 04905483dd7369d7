"""One full walk for each reader: a script that is timed as a whole process."""
