import { expect } from 'chai';
import Handlebars from 'handlebars';
import type { CaughtMail } from '../../deploy/mail-catcher/message.ts';
import { listening, type Running, startService } from '../service-process.ts';
import { type Json, startWorld, student, until, type World } from '../world.ts';

/** What people put into a name, or somebody who wants it to be more than one; and how it has to read. */
const NAMES: [typed: string, shown: string][] = [
  ['{{constructor.constructor "return process"}}', '{{constructor.constructor "return process"}}'],
  [
    '{{#with this}}{{lookup . "qr"}}{{/with}} #{7*7} <%= 7 %>',
    '{{#with this}}{{lookup . "qr"}}{{/with}} #{7*7} <%= 7 %>',
  ],
  ['<script>alert(1)</script><img src=x onerror=alert(1)>', '<script>alert(1)</script><img src=x onerror=alert(1)>'],
  ['Asha"><a href="http://evil.example">pay</a>', 'Asha"><a href="http://evil.example">pay</a>'],
  ['Asha\r\nBcc: all@evil.example\r\n\r\nfree beer', 'Asha Bcc: all@evil.example free beer'],
  ['Asha\nTo: x@evil.example', 'Asha To: x@evil.example'],
  ['"Dean" <dean@college.example>, Asha', '"Dean" <dean@college.example>, Asha'],
  ['=?utf-8?B?QmNjOiB4QGV2aWwuZXhhbXBsZQ==?=', '=?utf-8?B?QmNjOiB4QGV2aWwuZXhhbXBsZQ==?='],
  ['Asha\u202e!edis rehto\u2066', 'Asha!edis rehto'],
  ['As\u200bha\u2060 Rao\ufeff', 'Asha Rao'],
  ['Asha\u0000\u0007\u001b[31m\u009bRao', 'Asha [31m Rao'],
  ['عائشة راو', 'عائشة راو'],
  ['Аsha Rао', 'Аsha Rао'],
  ['=HYPERLINK("http://evil.example","x")', '=HYPERLINK("http://evil.example","x")'],
  ['👩‍💻🎓 Dev', '👩‍💻🎓 Dev'],
  [`${'x'.repeat(254)}😀`, `${'x'.repeat(254)}😀`],
  ['__proto__', '__proto__'],
  ['$where', '$where'],
];

describe('what people call themselves', () => {
  let world: World;
  let services: (Running & { text(): string })[] = [];
  const sent: { email: string; typed: string; shown: string; id: string; mail: CaughtMail }[] = [];

  before(async function () {
    this.timeout(240_000);
    world = await startWorld();
    // Processes of their own: their logs are what an operator's collector would get.
    await Promise.all([world.ingest.stop(), world.ticketing.stop()]);
    const env = { ...world.env, LOG_LEVEL: 'trace' };
    services = ['ingest', 'ticketing'].map((name) => {
      const running = startService(name, env);
      const printed: Buffer[] = [];
      running.child.stdout?.on('data', (chunk: Buffer) => printed.push(chunk));
      return { ...running, text: () => Buffer.concat(printed).toString() };
    });
    const [ingest] = await Promise.all(services.map(listening));
    const url = `http://127.0.0.1:${ingest?.port}/webhooks/razorpay`;
    await world.razorpay.control('/webhooks', { url, secret: 'whsec_test' });
    const odd = {
      name: 'Fest\r\nBcc: y@evil.example \u202e<b>',
      venue: 'Hall\rATTACH:http://evil.example',
      description: 'One\r\nTwo\u0000\u202e',
    };
    const { body: event } = await world.api('POST', '/api/events', { ...odd, date: '2026-12-20T18:00:00' });
    expect([event.name, event.venue, event.description]).to.deep.equal([
      'Fest Bcc: y@evil.example <b>',
      'Hall ATTACH:http://evil.example',
      'One\nTwo',
    ]);
    // As a store of older days may hold it.
    await world.store.events.updateOne({ _id: event.id }, { $set: odd });
    await Promise.all(
      NAMES.map(async ([typed, shown]) => {
        const notes = student({ name: typed });
        const { id } = await world.pay({ notes });
        const email = String(notes.email);
        const mail = await world.mails.waitFor(({ envelope }) => envelope.to.includes(email), 90_000);
        sent.push({ email, typed, shown, id, mail });
      }),
    );
  });
  after(async () => {
    for (const { child } of services) child.kill('SIGTERM');
    await Promise.all(services.map(({ exit }) => exit));
    await world?.stop();
  });

  it('is one name in one mail to one person: no header, no recipient and no markup comes of it', async () => {
    expect(sent).to.have.length(NAMES.length);
    for (const { email, shown, mail } of sent) {
      expect(mail.to).to.deep.equal([email]);
      expect(mail.envelope.to).to.deep.equal([email]);
      expect(mail.subject).to.equal('Your ticket: Fest Bcc: y@evil.example <b>');
      const text = String(mail.text).replace(/[\u2068\u2069]/g, '');
      expect(text).to.include(`Hello ${shown},`);
      const html = String(mail.html);
      expect(html).to.not.match(/<script|<img src=x|<a href|<b>|onerror=alert\(1\)>/i);
      const escaped = shown.replace(/[&<>"'`=]/g, (letter) => Handlebars.escapeExpression(letter));
      expect(html).to.include(`<bdi>${escaped}</bdi>`);
      for (const part of [mail.subject, mail.text, html]) {
        expect(part).to.not.match(/[\u202A-\u202E\u2066\u2067\u200B\uFEFF]/);
        expect(part).to.not.match(/[^\P{Cc}\r\n\t]/u);
      }
      const source = mail.attachments.find(({ contentType }) => contentType === 'text/calendar')?.content.toString();
      expect(source)
        .to.include('LOCATION:Hall ATTACH:http://evil.example\r\n')
        .and.not.match(/^ATTACH|\r(?!\n)/m);
    }
    expect(sent.find(({ shown }) => shown.startsWith('عا'))?.mail.text).to.include('\u2068عائشة راو\u2069');
  });

  it('has its place in the raw header too: quoted or encoded, each header once', async () => {
    for (const { mail } of sent) {
      const source = await fetch(`http://127.0.0.1:${world.mails.httpPort}/messages/${mail.id}/source`);
      expect(source.status).to.equal(200);
      const raw = Buffer.from(await source.arrayBuffer()).toString('latin1');
      const head = raw
        .slice(0, raw.indexOf('\r\n\r\n'))
        .replace(/\r\n[ \t]+/g, ' ')
        .split('\r\n');
      const names = head.map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
      expect(names)
        .to.include.members(['to', 'from', 'subject', 'message-id'])
        .and.not.include('bcc')
        .and.not.include('cc');
      expect(new Set(names).size, 'each header once').to.equal(names.length);
      for (const line of head) expect(line).to.match(/^[\x20-\x7e]+$/);
    }
  });

  it('comes back from the API as data, and stands nowhere in the audit trail', async () => {
    for (const { id, shown } of sent) {
      const { status, body } = await world.api('GET', `/api/payments/${id}`);
      expect(status).to.equal(200);
      expect([body.customer_name, body.attendee.name]).to.deep.equal([shown, shown]);
      expect(JSON.stringify(body.timeline)).to.not.include(JSON.stringify(shown).slice(1, -1));
      expect(({} as Json).name).to.equal(undefined);
    }
    const logs = JSON.stringify((await world.api('GET', '/api/admin/logs?limit=1000')).body);
    for (const { typed, shown, email } of sent)
      for (const secret of [typed, shown, email])
        if (secret.length > 9) expect(logs).to.not.include(JSON.stringify(secret).slice(1, -1));
  });

  it('is in no log line, at any level; and each line of a log is one JSON object', async () => {
    for (const { lines, text } of services) {
      expect(lines.length).to.be.at.least(sent.length);
      const printed = text();
      for (const line of printed.split('\n').filter((one) => one !== ''))
        expect(() => JSON.parse(line), line).to.not.throw();
      for (const { typed, shown, email } of sent)
        for (const secret of [typed, shown, email])
          if (secret.length > 9) expect(printed).to.not.include(JSON.stringify(secret).slice(1, -1));
      expect(printed).to.not.match(/evil\.example|29900|9800000001/);
    }
  });

  it('is no address: what only looks like one gets no mail, and a person is asked', async () => {
    const addresses = [
      'a@x.edu\r\nBcc: b@evil.example',
      'a@x.edu, b@evil.example',
      '"a b"@x.edu',
      'a@x.edu>',
      'Asha <a@x.edu>',
      'a\u0000b@x.edu',
      'a\u202eb@x.edu',
      'a@x',
      `${'a'.repeat(300)}@x.edu`,
    ];
    const ids = await Promise.all(
      addresses.map(async (email) => (await world.pay({ notes: student({ email: '' }), email })).id as string),
    );
    for (const [index, id] of ids.entries()) {
      const mail = await until(
        () => world.store.mails.findOne({ payment_id: id }).lean(),
        (found) => found !== null && found.state !== 'owed' && found.state !== 'sending',
        addresses[index],
        60_000,
      );
      expect([addresses[index], mail?.state]).to.deep.equal([addresses[index], 'no_address']);
    }
    expect(world.mails.summaries({ anywhere: 'evil.example' }).flatMap(({ envelope }) => envelope.to)).to.not.include(
      'b@evil.example',
    );
  });
});
