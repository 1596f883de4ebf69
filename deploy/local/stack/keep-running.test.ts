import { expect } from 'chai';
import type { Exit } from '../children/child.ts';
import { type Kept, keepRunning, type Running } from './keep-running.ts';

/** A process that lives until it is told to die. */
class Life implements Running {
  readonly exited: Promise<Exit>;
  readonly pid: number;
  die: () => void = () => undefined;
  constructor(pid: number) {
    this.pid = pid;
    this.exited = new Promise((resolve) => {
      this.die = () => resolve({ code: null, signal: 'SIGKILL' });
    });
  }
  async stop(): Promise<void> {
    this.die();
  }
}

describe('keeping a process running', () => {
  it('starts it again when it dies by itself, says so, and is not put off by a start that fails', async () => {
    const lives: Life[] = [];
    const heard: string[] = [];
    let starts = 0;
    let alive: (() => void) | undefined;
    const again = new Promise<void>((resolve) => {
      alive = resolve;
    });
    const start = async () => {
      starts += 1;
      if (starts === 2) throw new Error('its port is taken');
      const life = new Life(starts);
      lives.push(life);
      return life;
    };
    const kept = await keepRunning(start, {
      started: (pid) => {
        heard.push(`started ${pid}`);
        if (pid === 3) alive?.();
      },
      died: (how) => heard.push(`died ${how}`),
    });
    lives[0]?.die();
    await again;
    await kept.stop(100);
    expect(heard).deep.equal(['started 1', 'died SIGKILL', 'died its port is taken', 'started 3']);
    expect(kept.deaths()).equal(2);
  });

  it('does not start it again once it was stopped', async () => {
    let starts = 0;
    const start = async () => new Life(++starts);
    const kept: Kept = await keepRunning(start, { started: () => undefined, died: () => undefined });
    await kept.stop(100);
    expect([starts, kept.deaths()]).deep.equal([1, 0]);
  });

  it('stops at once what it was starting when it was told to stop', async () => {
    const lives: Life[] = [];
    let release: (() => void) | undefined;
    let begun: (() => void) | undefined;
    const starting = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const start = async () => {
      const life = new Life(lives.length + 1);
      lives.push(life);
      if (lives.length === 2) {
        begun?.();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      return life;
    };
    const kept = await keepRunning(start, { started: () => undefined, died: () => undefined });
    lives[0]?.die();
    await starting;
    const stopped = kept.stop(100);
    release?.();
    await stopped;
    expect((await lives[1]?.exited)?.signal).equal('SIGKILL');
    expect(lives).length(2);
  });
});
