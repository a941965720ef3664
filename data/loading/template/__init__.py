"""The workbook that people fill in, and their own workbook with refused cells marked."""
