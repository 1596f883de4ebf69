import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import type { FaultsPatch } from './faults.ts';
import { createMailCatcher, type MailCatcher } from './mail-catcher.ts';
import { createSender, failureOf, type SenderOptions, ticketMail } from './test-sender.ts';

describe('the SMTP side of the mail catcher', () => {
  let catcher: MailCatcher;
  const senders: ReturnType<typeof createSender>[] = [];
  const sockets: Socket[] = [];

  beforeEach(async () => {
    catcher = await createMailCatcher();
  });

  afterEach(async () => {
    for (const sender of senders.splice(0)) sender.close();
    for (const socket of sockets.splice(0)) socket.destroy();
    await catcher.close();
  });

  function sender(options?: SenderOptions) {
    const created = createSender(catcher, options);
    senders.push(created);
    return created;
  }

  /** A session by hand, for what nodemailer would never say. */
  async function session() {
    let socket: Socket = connect(catcher.smtpPort, '127.0.0.1');
    let lines = linesOf(socket);
    const answer = async (): Promise<string> => {
      const { value } = await lines.next();
      return typeof value === 'string' && /^\d{3}-/.test(value) ? `${value}\n${await answer()}` : String(value);
    };
    const say = (command: string) => {
      socket.write(`${command}\r\n`);
      return answer();
    };
    sockets.push(socket);
    await answer();
    return {
      say,
      /** Resolves when the bytes are on their way: what is destroyed then still arrives. */
      write: (bytes: string) => new Promise((resolve) => socket.write(bytes, resolve)),
      destroy: () => socket.destroy(),
      closed: () => once(socket, 'close'),
      async logIn() {
        await say('STARTTLS');
        const secured = connectTls({ socket, ca: catcher.ca, servername: 'localhost' });
        await once(secured, 'secureConnect');
        socket = secured;
        lines = linesOf(socket);
        await say('EHLO test');
        return say(`AUTH PLAIN ${Buffer.from('\0qrflow\0qrflow').toString('base64')}`);
      },
    };
  }

  async function withFault(fault: FaultsPatch) {
    await catcher.setFaults(fault);
    return failureOf(sender().sendMail(ticketMail));
  }

  it('takes a mail over STARTTLS whose certificate verifies against its CA', async () => {
    await sender().sendMail(ticketMail);
    expect(catcher.stats).to.include({ accepted: 1, connections: 1, connections_secured: 1 });
    const [mail] = await catcher.messages();
    expect(mail).to.include({ from: 'tickets@qrflow.example', fromName: 'QRFlow', subject: 'Your ticket' });
    expect(mail?.to).to.deep.equal(['asha@example.edu']);
    expect(mail?.html).to.contain('cid:qr%40qrflow');
    expect(mail?.attachments.map(({ cid }) => cid)).to.deep.equal(['qr@qrflow', null]);
  });

  it('is not trusted without its CA', async () => {
    const failure = await failureOf(sender({ trustOwnCa: false }).sendMail(ticketMail));
    expect(failure.code).to.equal('ESOCKET');
    expect(catcher.stats.accepted).to.equal(0);
  });

  it('keeps a whole batch sent over one pooled connection', async () => {
    const pooled = sender();
    const batch = Array.from({ length: 40 }, (_, index) => ({ ...ticketMail, subject: `Ticket ${index}` }));
    await Promise.all(batch.map((mail) => pooled.sendMail(mail)));
    expect(catcher.stats).to.include({ connections: 1, accepted: 40, messages: 40 });
    expect(new Set(catcher.summaries().map(({ subject }) => subject)).size).to.equal(40);
  });

  it('refuses a password in the clear', async () => {
    const plain = sender({ requireTLS: false, ignoreTLS: true });
    expect((await failureOf(plain.sendMail(ticketMail))).responseCode).to.equal(538);
  });

  it('refuses mail without a login', async () => {
    const { say } = await session();
    expect(await say('EHLO test'))
      .to.contain('STARTTLS')
      .and.not.contain('ENHANCEDSTATUSCODES');
    expect(await say('MAIL FROM:<a@example.org>')).to.match(/^530 /);
  });

  it('answers a wrong password with 535', async () => {
    const failure = await failureOf(sender({ password: 'wrong' }).sendMail(ticketMail));
    expect(failure).to.include({ code: 'EAUTH', responseCode: 535 });
    expect(catcher.stats.auth_failed).to.equal(1);
  });

  it('keeps nothing of a mail whose sender goes away in the middle', async () => {
    const { say, logIn, write, destroy } = await session();
    expect(await logIn()).to.match(/^235 /);
    await say('MAIL FROM:<a@example.org>');
    await say('RCPT TO:<b@example.org>');
    expect(await say('DATA')).to.match(/^354 /);
    await write('Subject: half a mail\r\n\r\nbeginning of');
    destroy();
    await until(() => catcher.stats.dropped === 1);
    expect(catcher.stats).to.include({ accepted: 0, messages: 0 });
  });

  it('keeps nothing of a mail whose sender left before the answer', async () => {
    await catcher.setFaults({ latency_ms: 60_000 });
    const { say, logIn, write, destroy } = await session();
    await logIn();
    await say('MAIL FROM:<a@example.org>');
    await say('RCPT TO:<b@example.org>');
    await say('DATA');
    await write('Subject: impatient\r\n\r\nwhole\r\n.\r\n');
    destroy();
    await until(() => catcher.stats.connections_open === 0 && catcher.stats.dropped === 1);
    expect(catcher.stats).to.include({ accepted: 0, messages: 0 });
  });

  describe('on demand', () => {
    it('reject_auth: refuses the right password', async () => {
      expect(await withFault({ reject_auth: true })).to.include({ code: 'EAUTH', responseCode: 535 });
    });

    it('no_starttls: neither offers nor takes STARTTLS, nor a password without it', async () => {
      expect((await withFault({ no_starttls: true })).code).to.equal('ETLS');
      const { say } = await session();
      expect(await say('EHLO test')).not.to.contain('STARTTLS');
      expect(await say('AUTH PLAIN AHFyZmxvdwBxcmZsb3c=')).to.match(/^538 5\.7\.11 /);
      expect(catcher.stats.connections_secured).to.equal(0);
    });

    it('quota: 550 5.4.5 to every recipient', async () => {
      const failure = await withFault({ quota: true });
      expect(failure.responseCode).to.equal(550);
      expect(failure.response).to.match(/^550 5\.4\.5 /);
      expect(catcher.stats.rejected_permanent).to.equal(1);
    });

    it('permanent_addresses: 550 5.1.1 to those, in any case of letters, and to no other', async () => {
      const failure = await withFault({ permanent_addresses: ['Asha@Example.edu'] });
      expect(failure.response).to.match(/^550 5\.1\.1 /);
      await sender().sendMail({ ...ticketMail, to: 'ravi@example.edu' });
      expect(catcher.stats).to.include({ rejected_permanent: 1, accepted: 1 });
    });

    it('full_mailboxes: 552 5.2.2 to those, and to no other', async () => {
      const failure = await withFault({ full_mailboxes: ['Asha@Example.edu'] });
      expect(failure.response).to.match(/^552 5\.2\.2 /);
      await sender().sendMail({ ...ticketMail, to: 'ravi@example.edu' });
      expect(catcher.stats).to.include({ rejected_permanent: 1, accepted: 1 });
    });

    it('temporary_rate 1: 451 for every mail, and none is kept', async () => {
      const failure = await withFault({ temporary_rate: 1 });
      expect(failure.response).to.match(/^451 4\.3\.0 /);
      expect(catcher.stats).to.include({ rejected_temporary: 1, messages: 0 });
    });

    it('temporary_rate: the same seed refuses the same mails of a sequence', async () => {
      const pooled = sender();
      const round = async () => {
        await catcher.setFaults({ temporary_rate: 0.5, seed: 7 });
        const outcomes = [];
        for (let mail = 0; mail < 12; mail += 1) {
          outcomes.push(
            await pooled.sendMail(ticketMail).then(
              () => 'taken',
              () => 'refused',
            ),
          );
        }
        return outcomes;
      };
      const first = await round();
      expect(await round()).to.deep.equal(first);
      expect(first).to.include('taken').and.include('refused');
    });

    it('drop_rate 1: the connection is cut in the middle of DATA and nothing is kept', async () => {
      const failure = await withFault({ drop_rate: 1 });
      expect(failure.responseCode).to.equal(undefined);
      expect(catcher.stats).to.include({ dropped: 1, accepted: 0, messages: 0 });
    });

    it('after_data_drop: the mail is kept though its sender sees a failure', async () => {
      const failure = await withFault({ after_data_drop: true });
      expect(failure.responseCode).to.equal(undefined);
      expect(catcher.stats).to.include({ accepted: 1, dropped_after_data: 1, dropped: 0, messages: 1 });
    });

    it('at: cuts the connection at the stage that is meant, and keeps nothing', async () => {
      for (const stage of [
        'greeting',
        'EHLO',
        'STARTTLS',
        'TLS',
        'AUTH',
        'MAIL',
        'RCPT',
        'DATA',
        'body',
        'end',
      ] as const) {
        const failure = await withFault({ at: { stage, how: 'drop' } });
        expect(failure.responseCode, stage).to.be.oneOf([undefined, false]);
      }
      expect(catcher.stats).to.include({ accepted: 0, messages: 0, commands_in_clear: 0 });
    });

    it('at: answers the reply that is given at the stage that is meant', async () => {
      for (const stage of ['greeting', 'STARTTLS', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'end'] as const) {
        const failure = await withFault({ at: { stage, how: '451 4.3.2 Later' } });
        expect(failure.response, stage).to.equal('451 4.3.2 Later');
      }
      expect(catcher.stats).to.include({ accepted: 0, messages: 0 });
    });

    it('latency_ms: the answer waits at least that long', async () => {
      await catcher.setFaults({ latency_ms: 120 });
      const start = performance.now();
      await sender().sendMail(ticketMail);
      expect(performance.now() - start).to.be.at.least(119);
    });

    it('latency_ms, lowered: who waits is let go', async () => {
      await catcher.setFaults({ latency_ms: 600_000 });
      const sending = sender().sendMail(ticketMail);
      await until(() => catcher.stats.waiting === 1);
      await catcher.setFaults({ latency_ms: 0 });
      await sending;
      expect(catcher.stats).to.include({ waiting: 0, accepted: 1 });
    });

    it('down: cuts live connections, refuses new ones, and comes back on the same port', async () => {
      const pooled = sender();
      await pooled.sendMail(ticketMail);
      const { say, closed } = await session();
      expect(await say('NOOP')).to.match(/^250 /);
      const loggedIn = await session();
      expect(await loggedIn.logIn()).to.match(/^235 /);
      const cut = Promise.all([closed(), loggedIn.closed()]);

      const port = catcher.smtpPort;
      await catcher.setFaults({ down: true });
      await cut;
      const refused = await failureOf(sender().sendMail(ticketMail));
      expect(refused.code).to.be.oneOf(['ECONNECTION', 'ESOCKET', 'ECONNREFUSED']);

      await catcher.setFaults({ down: false });
      await sender({ port }).sendMail({ ...ticketMail, subject: 'After the outage' });
      expect(catcher.summaries()[0]?.subject).to.equal('After the outage');
    });

    it('down and up in one breath ends as the last one said', async () => {
      await Promise.all([true, false, true].map((down) => catcher.setFaults({ down })));
      const refused = await failureOf(sender().sendMail(ticketMail));
      expect(refused.responseCode).to.equal(undefined);
      await Promise.all([false, true, false].map((down) => catcher.setFaults({ down })));
      await sender().sendMail(ticketMail);
      expect(catcher.stats.accepted).to.equal(1);
    });
  });
});

function linesOf(socket: Socket) {
  return createInterface({ input: socket })[Symbol.asyncIterator]();
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
