"""The recipe's detection script: prints how many objects the model finds in each picture."""

import sys

import cv2
import tensorflow as tf

model, *pictures = sys.argv[1:]
detect = tf.saved_model.load(model)
for picture in pictures:
    image = cv2.cvtColor(cv2.imread(picture), cv2.COLOR_BGR2RGB)
    scores = detect(tf.convert_to_tensor(image)[tf.newaxis])["detection_scores"]
    print(picture, int(tf.reduce_sum(tf.cast(scores > 0.5, tf.int32))))
