"""SQL for what the door asks before anybody is let in."""
