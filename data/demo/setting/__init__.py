"""The setting of the synthetic programme: places, sectors, partners, modules, indicators."""
