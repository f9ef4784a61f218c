"""Object detection with a TensorFlow SavedModel.

What a service's own script needs stands here; importing it loads neither TensorFlow nor NumPy.
"""

from tfod_runtime.cli import main
from tfod_runtime.detections import Box, Detection, Picture
from tfod_runtime.errors import RuntimeProblem
from tfod_runtime.selection import Select
from tfod_runtime.version import VERSION as __version__

__all__ = ["Box", "Detection", "Picture", "RuntimeProblem", "Select", "__version__", "main"]
