"""From the network's answer to detections: decoding, then non-maximum suppression.

Every choice is decided by score and then by index (`top_k` and NonMaxSuppressionV5 both break ties by the
lower index), so the same answer always gives the same detections in the same order.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from demo_model.network import CLASSES, GRID

DETECTIONS = 100
"""Rows of every output, filled up with zeros."""
CANDIDATES = 300
MIN_SCORE = 0.01
MAX_OVERLAP = 0.6


def box_edges(log_distances: Any) -> Any:
    """Boxes [..., G, G, 4] ymin, xmin, ymax, xmax (0..1 and beyond) from log distances in cells."""
    middles = (tf.range(GRID, dtype=tf.float32) + 0.5) / GRID
    y, x = tf.meshgrid(middles, middles, indexing="ij")
    middle = tf.stack([y, x], axis=-1)
    distances = tf.exp(tf.minimum(log_distances, 5.0)) / GRID
    return tf.concat([middle - distances[..., :2], middle + distances[..., 2:]], axis=-1)


def peak_scores(heat_logits: Any) -> Any:
    """Scores [batch, G, G, classes], 0 where a neighbouring cell is hotter."""
    scores = tf.sigmoid(heat_logits)
    hottest = tf.nn.max_pool2d(scores, ksize=3, strides=1, padding="SAME")
    return tf.where(scores >= hottest, scores, 0.0)


def suppress(boxes: Any, scores: Any) -> dict[str, Any]:
    """The OD API's four outputs for one picture.

    `boxes` is [G*G, 4] and `scores` [G*G, classes]. Boxes only suppress boxes of their own class. All outputs
    are float32, sorted by score, filled with zeros to DETECTIONS rows; classes are 1-based.
    """
    best, place = tf.math.top_k(tf.reshape(scores, [-1]), CANDIDATES)
    cell, label = place // CLASSES, place % CLASSES
    candidates = tf.clip_by_value(tf.gather(boxes, cell), 0.0, 1.0)
    # Boxes lie within 0..1, so a shift by twice the class keeps classes apart.
    shifted = candidates + 2.0 * tf.cast(label, tf.float32)[:, None]
    kept, _, count = tf.raw_ops.NonMaxSuppressionV5(
        boxes=shifted,
        scores=best,
        max_output_size=DETECTIONS,
        iou_threshold=MAX_OVERLAP,
        score_threshold=MIN_SCORE,
        soft_nms_sigma=0.0,
        pad_to_max_output_size=True,
    )
    filled = tf.cast(tf.range(DETECTIONS) < count, tf.float32)
    return {
        "detection_boxes": (tf.gather(candidates, kept) * filled[:, None])[None],
        "detection_scores": (tf.gather(best, kept) * filled)[None],
        "detection_classes": ((tf.cast(tf.gather(label, kept), tf.float32) + 1.0) * filled)[None],
        "num_detections": tf.cast(count, tf.float32)[None],
    }
