"""What the gate says, in the form that each of its doors needs."""
