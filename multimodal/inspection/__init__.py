"""Looking inside: codes and where they are used, attention, the path from noise to a picture, how a prompt is read."""
