"""The script that everyone writes: `python naive.py MODEL PICTURES OUTPUT [--annotate]`.

A loop over `cv2.imread`, `model(x)`, `.numpy()`; one JSON at the end. This is what the runtime is measured
against. It tells on stdout the seconds of its loop, without loading.
"""

from __future__ import annotations

import glob
import json
import os
import sys
import time

import cv2
import numpy as np
import tensorflow as tf

MIN_SCORE = 0.3
model_folder, pictures, output = sys.argv[1:4]
annotate = "--annotate" in sys.argv

model = tf.saved_model.load(os.path.join(model_folder, "saved_model"))
detect = model.signatures["serving_default"]
os.makedirs(output, exist_ok=True)
results = []
began = time.time()
for number, path in enumerate(sorted(glob.glob(os.path.join(pictures, "*.jpg"))), 1):
    image = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
    found = {name: value.numpy() for name, value in detect(tf.convert_to_tensor(image[np.newaxis])).items()}
    height, width = image.shape[:2]
    for index in range(int(found["num_detections"][0])):
        score = float(found["detection_scores"][0][index])
        if score < MIN_SCORE:
            continue
        ymin, xmin, ymax, xmax = (float(side) for side in found["detection_boxes"][0][index])
        box = [xmin * width, ymin * height, (xmax - xmin) * width, (ymax - ymin) * height]
        label = int(found["detection_classes"][0][index])
        results.append(
            {
                "image_id": number,
                "file_name": os.path.basename(path),
                "category_id": label,
                "bbox": box,
                "score": score,
            }
        )
        if annotate:
            corner = (int(box[0] + box[2]), int(box[1] + box[3]))
            cv2.rectangle(image, (int(box[0]), int(box[1])), corner, (0, 255, 0), 2)
            text = f"{label}: {score:.2f}"
            cv2.putText(
                image, text, (int(box[0]), int(box[1]) - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 255, 0), 1
            )
    if annotate:
        cv2.imwrite(os.path.join(output, os.path.basename(path)), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
seconds = time.time() - began
with open(os.path.join(output, "detections.json"), "w") as stream:
    json.dump(results, stream)
print(json.dumps({"pictures": number, "seconds": seconds}))
