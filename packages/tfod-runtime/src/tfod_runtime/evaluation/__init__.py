"""How good detections are, by COCO's own evaluation (pycocotools), and where they go wrong.

    python -m tfod_runtime.evaluation --annotations truth.json --detections detections.jsonl

No service image has pycocotools: this runs beside them, on what they found.
"""
