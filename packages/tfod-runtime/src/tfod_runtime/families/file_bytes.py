"""Pictures as bytes, for models that decode them by themselves.

TensorFlow's decoder does not turn a picture upright as its EXIF says, and does not know every format that is
read here. So a file's own bytes go in only where they decode to the very picture (`Picture.encoded`);
anything else is given as a PNG of its pixels, which loses nothing.
"""

from __future__ import annotations

import io

from PIL import Image

from tfod_runtime.detections import Picture

_FASTEST = 1  # of zlib: the file lives as long as one call
_PNG_START = b"\x89PNG"


def to_file(picture: Picture) -> bytes:
    """The picture as the bytes of a JPEG or PNG file."""
    if picture.encoded is not None:
        return picture.encoded
    stream = io.BytesIO()
    Image.fromarray(picture.pixels).save(stream, "PNG", compress_level=_FASTEST)
    return stream.getvalue()


def to_example(picture: Picture) -> bytes:
    """The picture as a serialised `tf.train.Example`.

    It has the features that the decoders of the Object Detection API and of official/vision ask for.
    """
    from tensorflow.train import BytesList, Example, Feature, Features, Int64List

    data = to_file(picture)
    kind = b"png" if data.startswith(_PNG_START) else b"jpeg"
    features = {
        "image/encoded": Feature(bytes_list=BytesList(value=[data])),
        "image/format": Feature(bytes_list=BytesList(value=[kind])),
        "image/height": Feature(int64_list=Int64List(value=[picture.height])),
        "image/width": Feature(int64_list=Int64List(value=[picture.width])),
    }
    return bytes(Example(features=Features(feature=features)).SerializeToString())
