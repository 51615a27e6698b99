# The image of the service: serve | migrate | intake | report | upkeep | archive. docs/image.md says what is in it and
# why; `make image` builds it, with the base images that image/bases.env names.

# Bases are told from outside, by tag and digest: image/bases.env. These are for `docker build .` alone.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
# What runs. Its Python is that of PYTHON_IMAGE, at the same path; it needs no shell and no pip.
ARG RUNTIME_IMAGE=${PYTHON_IMAGE}
ARG NODE_IMAGE=node:20-bookworm-slim
# Where the console's pages come from: `built` here, or `prebuilt` by `make console`.
ARG CONSOLE=built

# --- the console's pages --------------------------------------------------------------------------------------------
FROM ${NODE_IMAGE} AS console-built
WORKDIR /src
COPY package.json package-lock.json ./
COPY console/package.json console/
# Secrets are of the network that builds, and stay in no layer: `npmrc` a mirror, `ca` who signs its certificate.
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc --mount=type=secret,id=ca,target=/run/secrets/ca \
    if [ -s /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi; \
    npm ci --workspace console --no-audit --no-fund --no-update-notifier --loglevel=error --cache /tmp/npm && rm -rf /tmp/npm
COPY graph/schema.graphql graph/
COPY graph/documents graph/documents
COPY console/index.html console/graphiql.html console/tsconfig.json console/
COPY console/vite.config.ts console/codegen.mjs console/fonts.mjs console/tokens.mjs console/
COPY console/src console/src
RUN npm run --silent build --workspace console && mv console/dist /console

FROM scratch AS console-prebuilt
COPY console/dist /console

# hadolint ignore=DL3006
FROM console-${CONSOLE} AS console

# --- the service and what it imports --------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS service
# 0: without PostgreSQL's programs, for those who always have a server of their own.
ARG EMBEDDED_POSTGRES=1
# Frozen sets are written into .pyc files in the order of their hashes: the same one each time.
ENV PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
COPY requirements/service.txt /src/requirements/
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=secret,id=ca,target=/run/secrets/ca \
    if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi; \
    python3 -m venv --without-pip /opt/interlock/venv && \
    python3 -m pip --python /opt/interlock/venv/bin/python install --quiet --require-hashes --only-binary :all: \
      --no-cache-dir --no-compile --disable-pip-version-check --requirement /src/requirements/service.txt
COPY image/trim.py image/account.py /src/image/
RUN python3 /src/image/trim.py environment /opt/interlock/venv "${EMBEDDED_POSTGRES}" && \
    python3 -m compileall -q -j 1 --invalidation-mode unchecked-hash /opt/interlock/venv/lib && \
    python3 /src/image/account.py /image && \
    echo /opt/interlock/app > "$(echo /opt/interlock/venv/lib/python3.*/site-packages)/interlock.pth"
WORKDIR /opt/interlock/app
COPY domain domain
COPY models models
COPY resolvers resolvers
COPY aws aws
COPY subscriptions subscriptions
COPY intake intake
COPY reporting reporting
COPY upkeep upkeep
COPY graph graph
RUN python3 -m compileall -q -j 1 --invalidation-mode unchecked-hash . && chmod -R go=u-w /opt/interlock
COPY --from=console /console console/dist

# --- what runs --------------------------------------------------------------------------------------------------------
# hadolint ignore=DL3006
FROM ${RUNTIME_IMAGE}
COPY --from=service /image/etc /etc
COPY --from=service --chown=10001:10001 /image/var/lib/interlock /var/lib/interlock
# The base's own pip and setuptools install nothing here; scanners count what is known of them.
RUN --mount=type=bind,source=image,target=/run/image ["python3", "-B", "/run/image/trim.py", "base"]
COPY --from=service /opt/interlock/venv /opt/interlock/venv
COPY --from=service /opt/interlock/app /opt/interlock/app

ENV PATH=/opt/interlock/venv/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    INTERLOCK_DATA=/var/lib/interlock
USER 10001:10001
WORKDIR /var/lib/interlock
EXPOSE 8400
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/opt/interlock/venv/bin/python", "-m", "graph.probe"]
ENTRYPOINT ["/opt/interlock/venv/bin/python", "-m", "graph"]
CMD ["serve"]

# Last, because they change with every build, and nothing above does.
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
ARG LICENSES=NOASSERTION
ARG SOURCE=
LABEL org.opencontainers.image.title="Interlock" \
      org.opencontainers.image.description="Automatic, safe, hands-off deployment to many AWS accounts and Regions" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.licenses="${LICENSES}" \
      org.opencontainers.image.source="${SOURCE}"
