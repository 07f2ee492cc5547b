"""Reading prompts: what they ask for, by names that the model learnt, and how it is put together."""
