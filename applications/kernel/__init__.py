"""Ground: one mechanism a file, knowing no stage of the programme."""
