# The recipe's TensorFlow image: whatever versions the index has today, a look at the GPU, the model, the script.
# Repaired only so far that the script starts: libgl1 and libglib2.0-0, which OpenCV loads.
FROM base

RUN apt-get update && apt-get install -y libgl1 libglib2.0-0

RUN --mount=type=secret,id=ca \
    if [ -f /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi; \
    pip install --upgrade tensorflow opencv-python

RUN python -c "import tensorflow as tf; print(tf.__version__, tf.config.list_physical_devices('GPU'))"

COPY models /models
COPY detect.py /app/detect.py
ENV PYTHONPATH=/app
ENTRYPOINT ["python", "/app/detect.py"]
