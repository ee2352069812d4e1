# A container in which scripts/demo.sh and scripts/test.sh pass:
#   docker build -t neighborhood-argmax-label .
#   docker run --rm neighborhood-argmax-label scripts/test.sh
FROM debian:12

RUN apt-get update && apt-get install -y --no-install-recommends \
    build-essential castxml ca-certificates ccache cmake git libcli11-dev libgtest-dev libhwy-dev libinsighttoolkit5-dev libstb-dev \
    libtiff-dev mricron-data ninja-build python3-dev python3-venv xz-utils zlib1g-dev \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
CMD ["scripts/demo.sh"]
