"""Paintings that wait for their turn: a queue, one worker for each device, and a journal that survives."""
