"""How wrong the network's answer is."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def heat_loss(logits: Any, heat: Any) -> Any:
    """Penalty-reduced focal loss of CenterNet (arXiv:1904.07850, eq. 1), a scalar per object."""
    log_hit, log_miss = tf.math.log_sigmoid(logits), tf.math.log_sigmoid(-logits)
    hit = tf.sigmoid(logits)
    peaks = tf.cast(heat >= 1.0, tf.float32)
    positive = peaks * (1 - hit) ** 2 * log_hit
    negative = (1 - peaks) * (1 - heat) ** 4 * hit**2 * log_miss
    return -tf.reduce_sum(positive + negative) / tf.maximum(tf.reduce_sum(peaks), 1.0)


def box_loss(boxes: Any, wanted: Any, weight: Any) -> Any:
    """Mean of 1 - GIoU (Rezatofighi et al. 2019, arXiv:1902.09630) over cells [...], weighted.

    Boxes [..., 4] are ymin, xmin, ymax, xmax.
    """
    overlap = _area(tf.maximum(boxes[..., :2], wanted[..., :2]), tf.minimum(boxes[..., 2:], wanted[..., 2:]))
    hull = _area(tf.minimum(boxes[..., :2], wanted[..., :2]), tf.maximum(boxes[..., 2:], wanted[..., 2:]))
    union = _area(boxes[..., :2], boxes[..., 2:]) + _area(wanted[..., :2], wanted[..., 2:]) - overlap
    giou = tf.math.divide_no_nan(overlap, union) - tf.math.divide_no_nan(hull - union, hull)
    return tf.reduce_sum((1 - giou) * weight) / tf.maximum(tf.reduce_sum(weight), 1.0)


def _area(low: Any, high: Any) -> Any:
    sides = tf.maximum(high - low, 0.0)
    return sides[..., 0] * sides[..., 1]
