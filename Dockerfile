# The native program in a small image without a shell:
#   docker build -t mekiki .
#   docker run --rm --user "$(id -u)" -v "$PWD:/here" mekiki train --data pictures
# VERSION is what `mekiki --version` says, since the image's source has no tags.
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
ARG TARGETARCH
ARG VERSION=0.1.0-alpha.0
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends clang \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN dotnet publish src/Mekiki.Cli -c Release --os linux --arch "${TARGETARCH:-amd64}" -o /mekiki "-p:Version=$VERSION"

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled
COPY --from=build /mekiki /opt/mekiki
COPY LICENSE /opt/mekiki/
# Runs, downloads and the cache lie in the folder that the user mounts.
ENV MEKIKI_DATA=/here/.mekiki/data MEKIKI_CACHE=/here/.mekiki/cache
WORKDIR /here
ENTRYPOINT ["/opt/mekiki/mekiki"]
CMD ["--help"]
