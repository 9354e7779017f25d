# The coordinator: docker build --tag test-coordinator . (compose.yaml runs it with PostgreSQL and Redis)

FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY . .
# The embedded PostgreSQL is left out: in a container the records go to a server that a setting names.
RUN npx --yes "$(node --print 'require("./package.json").packageManager')" install --frozen-lockfile \
 && npm run build \
 && node_modules/.bin/pnpm --filter @test-coordinator/coordinator deploy --prod --no-optional /app

FROM node:22-bookworm-slim
ENV NODE_ENV=production \
    TEST_COORDINATOR_HTTP_HOST=0.0.0.0 \
    TEST_COORDINATOR_ADAPTER_DATA_DIR=/data
# The spool and the API keys: without a volume, what waits for PostgreSQL goes with the container.
RUN install --directory --owner=node --group=node --mode=0700 /data
VOLUME /data
COPY --from=build --chown=root:root /app /app
USER node
WORKDIR /data
EXPOSE 8084
# Liveness alone: a store that is away is no reason to restart the process, which accepts records meanwhile.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:' + (process.env.TEST_COORDINATOR_HTTP_PORT || 8084) + '/livez').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# It stops within 10 s by itself, which is how long docker waits.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["serve"]
