"""The interface: it only draws; what computes lies in the pipeline and in `inspection`."""
