# The recipe's base: slim Python, a toolchain with a dozen development packages, the requirements.
# Repaired only so far that it builds: libncurses-dev for libcurses-dev, which Debian does not have; the
# certificates of a proxy as a secret; leave for pip to write into a Python that belongs to the distribution.
ARG PYTHON_IMAGE
FROM ${PYTHON_IMAGE}

ENV PIP_BREAK_SYSTEM_PACKAGES=1

RUN apt-get update && apt-get install -y \
    build-essential \
    libbz2-dev \
    libffi-dev \
    libgdbm-dev \
    libjpeg-dev \
    liblzma-dev \
    libncurses-dev \
    libnss3-dev \
    libpng-dev \
    libreadline-dev \
    libsqlite3-dev \
    libssl-dev \
    zlib1g-dev

COPY requirements.txt .
RUN --mount=type=secret,id=ca \
    if [ -f /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi; \
    pip install -r requirements.txt
