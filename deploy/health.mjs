// A container's health check: `node deploy/health.mjs PORT` exits 0 while that port of its own answers /healthz.
const answer = await fetch(`http://127.0.0.1:${process.argv[2]}${process.argv[3] ?? '/healthz'}`, {
  signal: AbortSignal.timeout(4_000),
}).catch(() => undefined);
process.exitCode = answer?.ok ? 0 : 1;
