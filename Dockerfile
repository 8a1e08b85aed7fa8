# photosync in a container: as a user without privileges, with /photos for the library and /config for the configuration
# and the sign-ins. It pulls, and again after each PHOTOSYNC_EVERY: docs/recipes.md shows how to use it. With the command
# pull-once it pulls once, for a scheduler: docs/scale.md.

FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY photosync photosync
COPY providers providers
RUN python -m venv /opt/photosync \
    && PIP_CONSTRAINT=/source/constraints.txt /opt/photosync/bin/pip install --no-cache-dir '.[copies]'

FROM python:3.13-slim
COPY --from=build /opt/photosync /opt/photosync
COPY --chmod=755 container/pull-regularly.sh /opt/photosync/bin/pull-regularly
COPY --chmod=755 container/pull-once.sh /opt/photosync/bin/pull-once
RUN useradd --uid 1000 --create-home photosync \
    && install --directory --owner=photosync --group=photosync --mode=0700 /config \
    && install --directory --owner=photosync --group=photosync /photos
ENV PATH=/opt/photosync/bin:$PATH \
    PHOTOSYNC_CONFIG=/config/config.yaml \
    PHOTOSYNC_STATE=/config/state \
    PHOTOSYNC_EVERY=6h
USER photosync
VOLUME ["/photos", "/config"]
HEALTHCHECK --interval=30m --timeout=1m --start-period=6h CMD ["photosync", "-q", "status", "--check", "2d"]
CMD ["pull-regularly"]
