/** The progress of a story: a bar on a terminal, a line a step elsewhere. */
import { paint } from '../stack/paint.ts';

export interface Progress {
  /** The next step begins. */
  step(title: string): void;
  /** What is going on, before the first step. */
  note(text: string): void;
  end(): void;
}

const WIDTH = 24;

export function showProgress(steps: number, out: NodeJS.WriteStream): Progress {
  let done = 0;
  let title = '';
  const startedAt = Date.now();
  const seconds = () => `${((Date.now() - startedAt) / 1_000).toFixed(0)} s`;

  if (out.isTTY !== true)
    return {
      step: (next) => {
        done += 1;
        out.write(`  ${String(done).padStart(2)}/${steps}  ${next}\n`);
      },
      note: (text) => void out.write(`  ${text}\n`),
      end: () => undefined,
    };

  const draw = () => {
    const full = Math.round((WIDTH * Math.max(0, done - 1)) / steps);
    const bar = `${paint('green', '█'.repeat(full))}${paint('dim', '░'.repeat(WIDTH - full))}`;
    const room = Math.max(10, (out.columns ?? 80) - WIDTH - 14);
    out.write(
      `\r\x1b[2K  ${bar} ${seconds().padStart(5)}  ${title.length > room ? `${title.slice(0, room - 1)}…` : title}`,
    );
  };
  const ticking = setInterval(draw, 200);
  return {
    step(next) {
      done += 1;
      title = next;
      draw();
    },
    note(text) {
      title = text;
      draw();
    },
    end() {
      clearInterval(ticking);
      out.write('\r\x1b[2K');
    },
  };
}
