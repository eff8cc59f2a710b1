"""Random histories of a clinic: the rules run after every event, and an oracle that shares none of their code looks on."""
