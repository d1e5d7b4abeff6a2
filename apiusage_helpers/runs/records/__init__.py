"""Records: what lies in the output folder, and nobody else knows how."""
