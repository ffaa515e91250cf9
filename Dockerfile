# syntax=docker/dockerfile:1
# Three stages: the client, the binary, and an image with nothing but the binary.
# The image carries no PostgreSQL: DATABASE_URL is required, see compose.yaml.

FROM node:22-bookworm-slim AS client
WORKDIR /src/client
COPY client/package.json client/package-lock.json client/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY client/ ./
RUN npm run build

FROM golang:1.26-bookworm AS server
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=client /src/client/dist ./client/dist
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /parley ./server && mkdir /data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=server /parley /parley
# Links of the demo room are kept here; the plans are in PostgreSQL.
COPY --from=server --chown=nonroot:nonroot /data /data
ENV PARLEY_ADDR=0.0.0.0:8080 PARLEY_DATA=/data
USER nonroot:nonroot
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/parley"]
