"""What holds whoever asks: pure functions of their arguments, without clock, I/O or state."""
