"""The post office: letters are written with the change and leave after it."""
