"""Files that exhibits are written to: workbooks and open-data packages."""
