"""Files of exhibits and of the record: CSV, workbooks and open-data packages."""
