import { expect } from 'chai';
import { createMailCatcher, type MailCatcher } from './mail-catcher.ts';
import { createSender, ticketMail } from './test-sender.ts';

describe('the HTTP side of the mail catcher', () => {
  let catcher: MailCatcher;
  let sender: ReturnType<typeof createSender>;

  beforeEach(async () => {
    catcher = await createMailCatcher();
    sender = createSender(catcher);
  });

  afterEach(async () => {
    sender.close();
    await catcher.close();
  });

  const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${catcher.httpPort}${path}`, init);
  async function json<Answer = unknown>(path: string): Promise<Answer> {
    return (await ask(path)).json() as Promise<Answer>;
  }
  const setFaults = (body: string) => ask('/control/faults', { method: 'POST', body });

  it('lists mails newest first, with bodies and described attachments', async () => {
    await sender.sendMail({ ...ticketMail, messageId: '<ticket-1@qrflow>' });
    await sender.sendMail({ ...ticketMail, subject: 'Cancelled', to: 'ravi@example.edu' });
    const [latest, earlier] = await json<unknown[]>('/messages');
    expect(latest).to.deep.include({ id: '2', subject: 'Cancelled', to: ['ravi@example.edu'] });
    expect(earlier).to.deep.include({
      id: '1',
      from: 'tickets@qrflow.example',
      messageId: '<ticket-1@qrflow>',
      text: 'Hello Asha',
      html: ticketMail.html,
      attachments: [
        { filename: 'qr.png', contentType: 'image/png', cid: 'qr@qrflow', size: 8 },
        { filename: 'event.ics', contentType: 'text/calendar', cid: null, size: 15 },
      ],
    });
    expect(await json('/messages/1')).to.deep.equal(earlier);
    expect(await json('/messages?to=RAVI@example.edu')).to.deep.equal([latest]);
    expect(await json('/messages?subject=ticket&limit=5')).to.deep.equal([earlier]);
    expect(await json('/messages?limit=1')).to.deep.equal([latest]);
    expect(await json('/messages?to=nobody@example.edu')).to.deep.equal([]);
  });

  it('gives attachments and the source byte by byte', async () => {
    await sender.sendMail(ticketMail);
    const image = await ask('/messages/1/attachments/0');
    expect(image.headers.get('content-type')).to.equal('image/png');
    expect(Buffer.from(await image.arrayBuffer()).toString('hex')).to.equal('89504e470d0a1a0a');
    const source = await (await ask('/messages/1/source')).text();
    expect(source)
      .to.match(/^From: "?QRFlow/)
      .and.contain('Content-ID: <qr@qrflow>');
    expect((await ask('/messages/1/attachments/2')).status).to.equal(404);
    expect((await ask('/messages/9')).status).to.equal(404);
  });

  it('never serves an attachment as a page of its own', async () => {
    const content = '<script>alert(1)</script>';
    await sender.sendMail({ ...ticketMail, attachments: [{ filename: 'x.html', content, contentType: 'text/html' }] });
    const { headers } = await ask('/messages/1/attachments/0');
    expect(headers.get('content-disposition')).to.equal('attachment; filename="x.html"');
    expect(headers.get('content-security-policy')).to.contain('sandbox');
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
  });

  it('forgets all mails on demand', async () => {
    await sender.sendMail(ticketMail);
    expect((await ask('/messages', { method: 'DELETE' })).status).to.equal(204);
    expect(await json('/messages')).to.deep.equal([]);
  });

  it('lays faults over those in force, whatever content type they come with', async () => {
    await setFaults('{"temporary_rate": 0.5}');
    const merged: unknown = await (await setFaults('{"quota": true}')).json();
    expect(merged).to.include({ temporary_rate: 0.5, quota: true, down: false });
    expect(await json('/control/faults')).to.deep.equal(merged);
    expect(catcher.faults).to.deep.equal(merged);
  });

  it('refuses unknown and impossible faults by name and changes nothing', async () => {
    const answer = await setFaults('{"dwon": true, "temprary_rate": 1, "drop_rate": 2}');
    expect(answer.status).to.equal(400);
    expect(answer.headers.get('content-type')).to.contain('application/problem+json');
    const { detail } = (await answer.json()) as { detail: string };
    expect(detail).to.contain('dwon').and.contain('temprary_rate').and.contain('drop_rate');
    expect((await setFaults('no json')).status).to.equal(400);
    expect((await setFaults('[]')).status).to.equal(400);
    expect(await json('/control/faults')).to.include({ down: false, drop_rate: 0 });
  });

  it('tells its counts and that it is alive', async () => {
    await sender.sendMail(ticketMail);
    expect(await json('/control/stats')).to.include({ accepted: 1, connections: 1, connections_open: 1, messages: 1 });
    expect(await json('/healthz')).to.deep.equal({ status: 'ok' });
    expect((await ask('/nothing')).status).to.equal(404);
  });

  it('announces each change to whoever listens', async () => {
    const stream = await ask('/changes');
    const reader = stream.body?.getReader();
    if (reader === undefined) throw new Error('no stream');
    let heard = '';
    await sender.sendMail(ticketMail);
    while (!heard.includes('event: change')) heard += Buffer.from((await reader.read()).value ?? []).toString();
    await reader.cancel();
    expect(stream.headers.get('content-type')).to.contain('text/event-stream');
  });
});
