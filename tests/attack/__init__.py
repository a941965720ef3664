"""The attack on what a link shows: invented programmes, everything one link says of them, and what can be solved."""
