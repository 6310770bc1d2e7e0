# One image for every part of ovirtlite; docker-compose.yml says which part a container is.
FROM debian:bookworm-slim AS build
ENV OVIRTLITE_EMBEDDED=0
WORKDIR /opt/ovirtlite
# The same set-up as on any machine, so that there is one truth about what ovirtlite needs.
COPY tools tools
COPY frontend frontend
COPY requirements.txt requirements-ldap.txt requirements-node.txt ./
# One image for everybody: what LDAP needs is in it, wherever the directory will be.
RUN OVIRTLITE_LDAP_URI=any tools/setup up && rm -rf frontend/node_modules .venv/node .make
COPY . .

FROM debian:bookworm-slim
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    ca-certificates libldap-2.5-0 libldap-common libsasl2-2 libvirt0 openssh-client osinfo-db python3 qemu-utils tini \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --uid 10001 --home-dir /var/lib/ovirtlite --create-home ovirtlite \
  && install -d -o ovirtlite -g ovirtlite -m 700 /var/lib/ovirtlite/run /var/lib/ovirtlite/log /var/lib/ovirtlite/nodes
COPY --from=build /opt/ovirtlite /opt/ovirtlite
ENV PATH=/opt/ovirtlite/.venv/bin:$PATH \
  PYTHONUNBUFFERED=1 \
  PYTHONDONTWRITEBYTECODE=1 \
  OVIRTLITE_HOME=/var/lib/ovirtlite \
  OVIRTLITE_EMBEDDED=0 \
  OVIRTLITE_LISTEN=0.0.0.0:8000 \
  OVIRTLITE_CONSOLE_LISTEN=0.0.0.0:6080
WORKDIR /opt/ovirtlite
USER ovirtlite
ENTRYPOINT ["tini", "--"]
