# The image of etcdctl and etcdutl: the executable of a release and the C library that it needs, without a shell. From the archives
# in dist/release, so that the image has the bytes that SHA256SUMS names:
#
#   npm run release
#   docker build --tag etcdctl-ts .

# On the machine's own architecture: nothing of the other one is run.
FROM --platform=$BUILDPLATFORM docker.io/library/debian:13-slim AS archive
ARG TARGETARCH
WORKDIR /archive
COPY dist/release/SHA256SUMS dist/release/etcdctl-ts-*-linux-x64.tar.gz dist/release/etcdctl-ts-*-linux-arm64.tar.gz ./
RUN set -eu; \
    case "$TARGETARCH" in \
      amd64) target=x64 ;; \
      arm64) target=arm64 ;; \
      *) echo "there is no executable for the architecture '$TARGETARCH'" >&2; exit 1 ;; \
    esac; \
    sha256sum --check --ignore-missing --strict SHA256SUMS; \
    mkdir -p /image/usr/local/share; \
    tar -xzf etcdctl-ts-*-linux-"$target".tar.gz --strip-components=1; \
    mv bin /image/usr/local/bin; \
    mv share/doc /image/usr/local/share/doc

# glibc, authorities of TLS, time zones, /tmp and the user 65532, as Debian packages, which scanners know.
FROM gcr.io/distroless/base-nossl-debian13:nonroot
ARG VERSION=
ARG REVISION=
LABEL org.opencontainers.image.title="etcdctl-ts" \
      org.opencontainers.image.description="An etcdctl- and etcdutl-compatible command-line client for etcd" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/etcdctl-ts/etcdctl-ts" \
      org.opencontainers.image.documentation="https://github.com/etcdctl-ts/etcdctl-ts/blob/main/docs/install.md" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=archive /image/ /
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
# It is no server.
HEALTHCHECK NONE
ENTRYPOINT ["/usr/local/bin/etcdctl"]
