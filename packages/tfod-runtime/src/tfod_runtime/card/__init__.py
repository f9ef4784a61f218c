"""What a model is, as it stands: a card that is made by looking at it and running it once.

python -m tfod_runtime.card [--model DIR] [--json]
"""
