"""Looking inside: what the codes of the VQ-VAE mean and where they are used."""
