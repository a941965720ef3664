"""The pages where managers upload files, preview the changes and load them."""
