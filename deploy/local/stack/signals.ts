/** The ways people and supervisors say "stop". */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LOOK_EVERY_MS = 500;

/** Calls `stop` when first asked; a second signal ends this process at once, and the warden ends its children. */
export function onStopSignal(stop: () => void): void {
  let asked = false;
  const ask = () => {
    asked = true;
    stop();
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (asked) process.exit(130);
      ask();
    });
  }
  // npm runs us below a shell, which dies of a SIGTERM without passing it on: its death is the signal.
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(looking);
    if (!asked) ask();
  }, LOOK_EVERY_MS).unref();
}
