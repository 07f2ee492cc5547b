"""The commands of `python -m multimodal`: what each does, beside what it takes. Heavy imports happen in the functions."""
