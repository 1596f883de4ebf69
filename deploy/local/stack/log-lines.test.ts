import { expect } from 'chai';
import { formatEntry, readLine } from './log-lines.ts';

const shown = (line: string, stream: 'stdout' | 'stderr' = 'stdout') =>
  formatEntry(readLine('ingest', line, stream), false);

const said = (more: Record<string, unknown>) =>
  JSON.stringify({
    level: 'info',
    time: '2026-11-20T10:00:00.000Z',
    service: 'ingest',
    pid: 7,
    msg: 'it rained',
    ...more,
  });

describe('the merged log', () => {
  it('shows one line an event: who, what, and the ids first', () => {
    const line = shown(said({ pages: 2, correlation_id: '0123456789abcdef', payment_id: 'pay_1', reason: 'no one' }));
    expect(line).match(
      /^\d\d:\d\d:\d\d ingest {4}it rained payment_id=pay_1 reason="no one" pages=2 correlation_id=01234567$/,
    );
  });

  it('shows warnings as such, and indents the stack trace of an error below it', () => {
    const err = {
      type: 'Error',
      message: 'too wet',
      stack: 'Error: too wet\n    at rain (sky.ts:1)\n    at main.ts:2',
    };
    const [line, ...trace] = shown(said({ level: 'error', err })).split('\n');
    expect(line).contains('ERROR it rained err="too wet"');
    expect(trace.map((one) => one.trim())).deep.equal(['at rain (sky.ts:1)', 'at main.ts:2']);
    expect(trace.every((one) => one.startsWith('          '))).equal(true);
  });

  it('passes on what is no JSON, as bad news when it came on stderr', () => {
    expect(shown('{not json')).contains('ingest    {not json');
    expect(shown('cannot start', 'stderr')).contains('ERROR cannot start');
  });

  it('cuts values that would flood the line', () => {
    expect(shown(said({ text: 'x'.repeat(500) })).length).lessThan(200);
  });

  it('colours only where it is told to', () => {
    expect(shown(said({ level: 'warn' }))).not.contains('\x1b');
    expect(formatEntry(readLine('ingest', said({}), 'stdout'), true)).contains('\x1b');
  });
});
