"""Routes that send files and fragments: tables, exports, calendar, pictures of stories."""
