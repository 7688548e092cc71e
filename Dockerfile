# What the README says to do, in a container:
#   docker build -t second-look . && docker run --rm -p 8501:8501 -v second-look:/app/data second-look
# A demo for others, with the sample documents only: add -e SECOND_LOOK_DEMO=on
FROM python:3.11-slim

RUN apt-get update \
 && apt-get install --yes --no-install-recommends make \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# The CPU build of torch: the one on PyPI brings several gigabytes of CUDA libraries.
ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu \
    PIP_NO_CACHE_DIR=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0
COPY Makefile requirements.txt ./
RUN make install
COPY . .
RUN touch .venv/.app && useradd --create-home reader && mkdir -p data && chown reader data
USER reader
VOLUME /app/data
EXPOSE 8501
CMD ["make", "run"]
