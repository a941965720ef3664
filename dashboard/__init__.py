"""Assembles, guards and runs the application."""
