import { expect } from 'chai';
import { createLogger } from '../../../shared/log/index.ts';
import { createRegistry } from '../../../shared/metrics/index.ts';
import { createTicketingMetrics } from '../metrics.ts';
import { mailBreaker } from './breaker.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNECTION', command: 'CONN' });
const policy = Object.assign(new Error('no'), { responseCode: 554, response: '554 5.7.1 no', command: 'DATA' });

describe('the mail breaker', () => {
  let answers: (Error | null)[];
  let works: number;
  let breaker: ReturnType<typeof mailBreaker>;
  beforeEach(() => {
    answers = [];
    works = 0;
    const transport = {
      async send() {
        const answer = answers.shift();
        if (answer) throw answer;
      },
      close: () => undefined,
    };
    const metrics = createTicketingMetrics(createRegistry('test'));
    breaker = mailBreaker(transport, 60_000, createLogger('test', 'silent'), metrics);
    breaker.on('works', () => {
      works++;
    });
  });
  afterEach(() => breaker.close());

  const sendEach = (of: (Error | null)[], alone: boolean) => {
    answers.push(...of);
    return Promise.allSettled(of.map(() => breaker.send({}, alone)));
  };
  const send = (...of: (Error | null)[]) => sendEach(of, false);

  it('tells that the server works again although too few mails failed to open it', async () => {
    await send(refused, refused);
    expect(breaker.room(4)).to.equal(4);
    expect(works).to.equal(0);
    await send(null, null);
    expect(works, 'once').to.equal(1);
  });

  it('tells of the first mail that gets through after a start: what rests may do so because of a fault before it', async () => {
    await send(policy);
    expect(works).to.equal(0);
    await send(null, null, null);
    expect(works, 'once').to.equal(1);
  });

  it('says nothing where only this one mail was refused: it would be tried again with each other mail', async () => {
    await send(null);
    works = 0;
    await send(policy, null, policy, null);
    expect(works).to.equal(0);
  });

  it('opens on faults of the server, and on no others', async () => {
    const bad = Object.assign(new Error('no'), { responseCode: 550, response: '550 5.1.1 no', command: 'RCPT TO' });
    await send(...Array.from({ length: 8 }, () => bad));
    expect(breaker.room(4)).to.equal(4);
    await send(...Array.from({ length: 10 }, () => refused));
    expect(breaker.room(4)).to.equal(0);
  });

  it('learns nothing of the server from a mail that is refused alone, and from what else it meets as from any', async () => {
    const closing = Object.assign(new Error('421'), { responseCode: 421, response: '421 closing', command: 'RCPT TO' });
    const ten = <T>(one: T) => Array.from({ length: 10 }, () => one);
    await sendEach(ten(policy), true);
    expect(breaker.room(4)).to.equal(4);
    await sendEach([...ten(refused), ...ten(closing)], true);
    expect(breaker.room(4)).to.equal(0);
  });

  it('opens on refusals of mails that were not refused alone yet: a quota is told like that', async () => {
    await send(policy, policy, policy, policy, policy);
    expect(breaker.room(4)).to.equal(0);
  });
});
