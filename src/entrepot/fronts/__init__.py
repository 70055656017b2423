"""The doors: parse, authenticate, call one service, render. They translate and decide nothing."""
