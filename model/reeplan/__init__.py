"""reeplan: what to build together in rare earths, cost against resilience."""

__version__ = "0.1.0"
