"""The attack on share links: invented programmes, everything one link shows of them, and a solver."""
