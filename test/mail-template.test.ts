/** An event's own look through all services: previewed, tested, mailed by a real mail server, and never in a ticket's way. */
import { expect } from 'chai';
import { png } from './pictures.ts';
import { readQr } from './qr.ts';
import { type Json, startWorld, student, until, type World } from './world.ts';

describe('mails in their event’s own look', () => {
  let world: World;
  const path = '/api/events/1/mail-template';
  const noFaults = { down: false, permanent_addresses: [], after_data_drop: false, reject_auth: false };
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00', venue: 'Main Hall' });
    await world.api('POST', '/api/events', { name: 'Quiz', date: '2026-12-20T18:00:00' });
  });
  afterEach(async () => {
    await world.mails.setFaults(noFaults);
    await world.api('DELETE', path);
  });
  after(async () => world?.stop());

  const mailTo = (email: unknown) => world.mails.waitFor(({ envelope }) => envelope.to.includes(String(email)), 30_000);
  const test = (body: object) => world.api('POST', `${path}/test`, body);
  const metrics = async () => (await fetch(`http://127.0.0.1:${world.ticketing.opsPort}/metrics`)).text();

  it('go out with its texts, colours and logo; the other event’s do not; and a resend follows the present one', async () => {
    const logo = png(200, 80).toString('base64');
    const own = { subject: '{{event}} is on, {{name}}', greeting: 'Namaste {{name}},', colour: '#5b2a86', logo };
    expect((await world.api('PUT', path, own)).status).to.equal(200);
    const [here, there] = [student({ event_id: '1', name: '<b>Asha</b> {{event}}' }), student({ event_id: '2' })];
    const [{ id }] = await Promise.all([world.pay({ notes: here }), world.pay({ notes: there })]);
    const [mail, other] = await Promise.all([mailTo(here.email), mailTo(there.email)]);
    expect(mail.subject).to.equal('Fest is on, <b>Asha</b> {{event}}');
    expect(String(mail.html)).to.include('Namaste <bdi>&lt;b&gt;Asha').and.include('background:#5b2a86');
    expect(String(mail.text)).to.include('Namaste <b>Asha</b> {{event}},');
    const attached = mail.attachments.find(({ filename }) => filename === 'logo.png');
    expect(attached?.content.toString('base64')).to.equal(logo);
    expect(other.subject).to.equal('Your ticket: Quiz');
    expect(String(other.html)).to.include('background:#1b3a6b').and.not.include('logo@qrflow');

    await world.api('PUT', path, { subject: 'Now {{event}}' });
    const stored = await world.store.mails.findOne({ payment_id: id, kind: 'ticket' }).lean();
    const shown = await world.api('GET', `/api/mails/${stored?._id}/preview`);
    expect(shown.body.subject).to.equal('Now Fest');
    await until(
      async () => (await world.store.mails.findById(stored?._id).lean())?.state,
      (state) => state === 'sent',
      'the first mail',
    );
    await world.api('POST', `/api/mails/${stored?._id}/resend`);
    await until(
      () => world.mails.summaries({ to: String(here.email) }).map(({ subject }) => subject),
      (subjects) => subjects.includes('Now Fest'),
      'the resend',
    );
  });

  it('are looked at before anything is saved, for a student who is made up', async () => {
    const draft = { above: 'Gate 2 of {{venue}}, {{name}}.', logo: png(60, 20).toString('base64') };
    const { status, body } = await world.api('POST', `${path}/preview`, draft);
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body).to.include({ subject: 'Your ticket: Fest', to: '', from: 'Fest Desk <tickets@example.edu>' });
    expect(body.text).to.include('Gate 2 of Main Hall, Asha Rao.');
    expect(body.html)
      .to.match(/<img src="data:image\/png;base64,[^"]+" width="30" height="10"/)
      .and.not.include('cid:');
    expect((await world.api('GET', path)).body.custom).to.equal(false);
    expect(await world.store.mails.countDocuments({ attendee_id: 42 })).to.equal(0);
  });

  it('are tested through the mail server: marked so, with a code that no door opens for', async () => {
    const to = 'desk@example.edu';
    const { status, body } = await test({ to, subject: 'Draft for {{name}}' });
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body).to.include({ to, subject: '[Test] Draft for Asha Rao' });
    const mail = await mailTo(to);
    expect(mail.subject).to.equal('[Test] Draft for Asha Rao');
    expect(String(mail.text)).to.match(/^THIS IS A TEST/);
    const code = readQr(mail.attachments.find(({ filename }) => filename === 'qr.png')?.content as Buffer);
    const door = await world.api('POST', '/api/checkin/scan', { qr_token: code });
    expect(door.body).to.include({ success: false, reason: 'bad_signature' });
    const { body: trail } = await world.api('GET', '/api/admin/logs?action=mail_template.tested');
    expect(trail[0]).to.include({ actor: 'admin', subject: 'event:1' });
    expect(JSON.stringify(trail)).to.not.include(to);
    expect(await metrics()).to.match(/qrflow_mail_tests_total\{.*result="sent".*\} [1-9]/);
  });

  it('say in words what the mail server has against a test', async () => {
    const to = 'nobody@example.edu';
    await world.mails.setFaults({ permanent_addresses: [to] });
    const refused = await test({ to });
    expect(refused.status).to.equal(422);
    expect(refused.body.detail)
      .to.match(/^the mail server does not take this address: 5\d\d /)
      .and.not.include(to);
    await world.mails.setFaults({ after_data_drop: true });
    const unsure = await test({ to: 'desk2@example.edu' });
    expect([unsure.status, unsure.body.detail.split(':')[0]]).to.deep.equal([503, 'it may have arrived']);
    await world.mails.setFaults({ ...noFaults, down: true });
    const down = await test({ to });
    expect(down.status).to.equal(503);
    expect(down.body.detail).to.match(/^the mail server fails/);
  });

  it('keep no ticket back: a template that is broken in the store is the default, and is told', async () => {
    const broken = { above: '{{#each this}}', subject: 'Mine', colour: '#ffffff' };
    await world.store.mailTemplates.collection.insertOne({ _id: 1 as never, ...broken });
    const notes = student({ event_id: '1' });
    await world.pay({ notes });
    const mail = await mailTo(notes.email);
    expect(mail.subject).to.equal('Your ticket: Fest');
    expect(String(mail.text)).to.include('Your payment has arrived');
    expect(await metrics()).to.match(/qrflow_mail_templates_broken_total(\{.*\})? [1-9]/);
    const { body } = await world.api('GET', path);
    expect(body.faults.map(({ field }: Json) => field)).to.deep.equal(['above', 'colour']);
  });
});
