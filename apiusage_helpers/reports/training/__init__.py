"""Training: the chapters, the questions and what learners answered."""
