"""One cold look-up through the library: HIVE KEY VALUE. Prints nothing; fails if nothing is found."""

import sys

import hiveguard

raw = hiveguard.open(sys.argv[1]).key(sys.argv[2]).value(sys.argv[3]).raw
sys.exit(not raw)
