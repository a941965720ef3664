"""Routes for files and parts of pages: tables, exports, the calendar, pictures of stories."""
