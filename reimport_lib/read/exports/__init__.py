"""Files that FileMaker exported, in every format it writes."""
