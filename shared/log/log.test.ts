import { expect } from 'chai';
import { createLogger } from './index.ts';

describe('a line in the log', () => {
  const lines: string[] = [];
  const log = createLogger('gateway', 'info', false, { write: (line) => lines.push(line) });
  const written = (fields: object, text: string) => {
    log.info(fields, text);
    return lines.pop() as string;
  };

  it('is one JSON object with level, UTC time and service, whatever is put into it', () => {
    const hostile = 'a"}\r\n{"level":"fatal","msg":"forged"}\u2028\u001b[31m';
    const line = written({ payment_id: hostile }, hostile);
    for (const control of ['\r', '\n', '\u001b']) expect(line.trimEnd()).not.to.include(control);
    const entry = JSON.parse(line);
    expect(entry).to.include({ level: 'info', service: 'gateway', payment_id: hostile, msg: hostile });
    expect(entry.time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('loses secrets, personal data and money that slip in, also one level down', () => {
    const slipped = {
      password: 'x',
      token: 'x',
      authorization: 'x',
      email: 'x',
      phone: 'x',
      notes: 'x',
      amount: 29_900,
    };
    const entry = JSON.parse(written({ ...slipped, body: slipped, payment_id: 'pay_1' }, 'slipped'));
    for (const key of Object.keys(slipped)) {
      expect(entry[key], key).to.equal('…');
      expect(entry.body[key], key).to.equal('…');
    }
    expect(entry.payment_id).to.equal('pay_1');
  });

  it('is not there below its level', () => {
    log.debug('quiet');
    expect(lines).to.deep.equal([]);
  });
});
