/** An attendee added at the desk, through all services: the same ticket, mail and door as for those who paid. */
import { expect } from 'chai';
import { type Json, startWorld, student, until, type World } from './world.ts';

describe('an attendee added by hand', () => {
  let world: World;
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    for (const name of ['Fest', 'Quiz']) await world.api('POST', '/api/events', { name, date: '2026-12-20T18:00:00' });
  });
  after(async () => world?.stop());

  const add = (person: object, eventId = 1) => world.api('POST', `/api/events/${eventId}/attendees`, person);
  const subjects = (email: string) => world.mails.summaries({ to: email }).map(({ subject }) => subject);
  const received = (email: string, count: number) =>
    until(
      () => subjects(email),
      (found) => found.length >= count,
      `${count} mails to ${email}`,
    );
  const mailed = (id: number, is: (attendee: Json) => boolean) =>
    until(async () => (await world.api('GET', `/api/attendees/${id}`)).body, is, `attendee ${id}`);

  it('gets the ticket by mail, is let in once, and a second one of that roll number is refused', async () => {
    const email = 'meera@example.edu';
    const { status, body } = await add({
      name: 'Meera Khan',
      roll_number: 'H1',
      email,
      branch: 'ECE',
      year: 2,
      gender: 'F',
    });
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body).to.include({ qr_generated: true, branch: 'ECE', year: '2', payment_id: null, live: true });
    await mailed(body.id, ({ email_sent }) => email_sent);
    expect(subjects(email)).to.deep.equal(['Your ticket: Fest']);
    const twin = await add({ name: 'Somebody', roll_number: 'h-1' });
    expect(twin.status).to.equal(409);
    expect(twin.body.attendee_id).to.equal(body.id);
    const door = () => world.api('POST', `/api/attendees/${body.id}/checkin-manual`, {});
    expect((await door()).status).to.equal(200);
    expect((await door()).status).to.equal(400);
    const { body: trail } = await world.api('GET', '/api/admin/logs?action=attendee.created');
    expect(trail.find(({ attendee_id }: Json) => attendee_id === body.id)).to.include({ actor: 'admin' });
  });

  it('is corrected, sent again a few times, and removed with a cancellation', async () => {
    const { body } = await add({ name: 'Ravi Iyer', roll_number: 'H2', email: 'raiv@example.edu' });
    await mailed(body.id, ({ email_sent }) => email_sent);
    const email = 'ravi@example.edu';
    const corrected = await world.api('PUT', `/api/attendees/${body.id}`, { email, section: 'A' });
    expect(corrected.body, JSON.stringify(corrected.body)).to.include({ email, section: 'A', roll_number: 'H2' });
    await received(email, 1);
    await mailed(body.id, ({ email_sent }) => email_sent);
    const again = await world.api('POST', `/api/attendees/${body.id}/resend-qr`);
    expect(again.status, JSON.stringify(again.body)).to.equal(200);
    await received(email, 2);
    const statuses = await until(
      async () => (await world.api('POST', `/api/attendees/${body.id}/send-email`)).status,
      (status) => status === 429,
      'too many',
    );
    expect(statuses).to.equal(429);
    const removed = await world.api('DELETE', `/api/attendees/${body.id}`);
    expect(removed.body).to.include({ live: false, revoked_reason: 'by_hand', qr_generated: false });
    await until(
      () => subjects(email),
      (found) => found.includes('Ticket cancelled: Fest'),
      'the cancellation',
    );
    expect((await world.api('POST', `/api/attendees/${body.id}/checkin-manual`, {})).status).to.equal(400);
    expect((await world.api('DELETE', `/api/attendees/${body.id}`)).status, 'again').to.equal(200);
  });

  it('whose cancellation reached nobody gets it at a corrected address, and is corrected no more after that', async () => {
    const bad = 'lata@gone.example.edu';
    const { body } = await add({ name: 'Lata Rao', roll_number: 'H3', email: bad });
    await mailed(body.id, ({ email_sent }) => email_sent);
    await world.mails.setFaults({ permanent_addresses: [bad] });
    const path = `/api/attendees/${body.id}`;
    await world.api('DELETE', path);
    const cancellation = (state: string) =>
      until(
        () => world.store.mails.findOne({ attendee_id: body.id, kind: 'cancellation' }).lean(),
        (mail) => mail?.state === state,
        `the cancellation ${state}`,
      );
    await cancellation('failed');
    await world.mails.setFaults({ permanent_addresses: [] });
    const email = 'lata@example.edu';
    const corrected = await world.api('PUT', path, { email });
    expect(corrected.status, JSON.stringify(corrected.body)).to.equal(200);
    await received(email, 1);
    expect(subjects(email)).to.deep.equal(['Ticket cancelled: Fest']);
    await cancellation('sent');
    const late = await world.api('PUT', path, { email: bad });
    expect([late.status, late.body.detail]).to.deep.equal([
      409,
      'the ticket was taken away and no mail about it is waiting: nothing to correct',
    ]);
  });

  it('who paid is corrected for good, and removed although the payment stays captured', async () => {
    const { id } = await world.pay({ notes: student({ event_id: 1 }) });
    const { attendee_id } = await world.settled(id, 'ticketed');
    const path = `/api/attendees/${attendee_id}`;
    await world.api('PUT', path, { section: 'C' });
    await mailed(attendee_id as number, ({ section }) => section === 'C');
    await world.api('POST', '/api/payments/sync', { payment_id: id });
    expect((await world.api('GET', path)).body.section).to.equal('C');
    expect((await world.api('DELETE', path)).status).to.equal(200);
    await world.settled(id, 'revoked');
    await world.api('POST', '/api/payments/sync', { payment_id: id });
    await world.settled(id, 'revoked');
    expect((await world.api('GET', path)).body).to.include({ live: false, revoked_reason: 'by_hand' });
  });

  it('comes from a spreadsheet too, who paid is corrected by it, and the same one again changes nothing', async () => {
    const { body: event } = await world.api('POST', '/api/events', {
      name: 'Camp',
      date: '2026-12-21T18:00:00',
      capacity: 4,
    });
    const path = `/api/events/${event.id}`;
    const paid = student({ event_id: event.id });
    const { id } = await world.pay({ notes: paid });
    const { attendee_id } = await world.settled(id, 'ticketed');
    const upload = (lines: string[]) => {
      const form = new FormData();
      form.set('file', new File([`\uFEFF${lines.join('\r\n')}\r\n`], 'list.csv', { type: 'application/vnd.ms-excel' }));
      return world.api('POST', `${path}/attendees/upload`, form);
    };
    const list = [
      'Name;E-mail;USN;Section;Remarks',
      `${paid.name};;${paid.roll_number};K;`,
      'Sara;sara@example.edu;C1;=1+1;',
      'Tara;tara@;C2;;',
      ';;C3;;',
      'Uma;uma@gmial.com;C4;;',
      'Uma again;u2@gmial.com;c-4;;',
    ];
    const first = await upload(list);
    expect(first.status, JSON.stringify(first.body)).to.equal(200);
    expect(first.body).to.include({ added: 2, updated: 1, skipped: 0 });
    expect(first.body.errors.map(({ row, field }: Json) => [row, field])).to.deep.equal([
      [4, 'email'],
      [5, 'name'],
      [7, 'roll_number'],
    ]);
    expect(first.body.hints).to.deep.equal([{ row: 6, field: 'email', message: 'did you mean uma@gmail.com?' }]);
    expect(first.body.ignored_columns).to.deep.equal(['Remarks']);
    await received('sara@example.edu', 1);
    await mailed(attendee_id as number, ({ section }) => section === 'K');
    const second = await upload(list);
    expect(second.body).to.include({ added: 0, updated: 0, skipped: 3 });
    // Two more for one seat.
    const third = await upload(['name,roll_number', 'V,C5', 'W,C6']);
    expect(third.body).to.include({ added: 1 });
    expect(third.body.errors).to.deep.equal([{ row: 3, field: '', message: 'the event is full' }]);

    const { body: csv, headers } = await world.api('GET', `${path}/export`);
    expect(headers.get('content-type')).to.equal('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).to.contain('attachment');
    expect(csv).to.contain("'=1+1");
    const form = new FormData();
    form.set('file', new File([csv], 'export.csv'));
    const back = await world.api('POST', `${path}/attendees/upload`, form);
    expect(back.body, 'what was exported').to.deep.include({ added: 0, updated: 0, skipped: 4, errors: [] });
    expect((await world.api('GET', `${path}/attendees/template`)).body).to.contain('"name","email"');
    expect((await upload(['E-mail', 'a@example.edu'])).status).to.equal(422);
    expect((await world.api('POST', `${path}/attendees/upload`, { file: 'x' })).status).to.equal(415);
  });

  it('counts in what is done for a whole event, and held payments are told', async () => {
    await world.api('PUT', '/api/events/2', { price: 29_900 });
    await add({ name: 'Zoya', roll_number: 'H9' }, 2);
    const { id } = await world.pay({ amount: 100, notes: student({ event_id: 2 }) });
    await world.settled(id, 'held:underpaid');
    const made = await world.api('POST', '/api/events/2/generate-qr-codes');
    expect(made.body).to.include({ total: 2, success: 1, failed: 1 });
    expect(made.body.errors[0]).to.include({ payment_id: id });
    const sent = await world.api('POST', '/api/events/2/send-emails');
    expect(sent.body, JSON.stringify(sent.body)).to.include({ failed: 1 });
    expect(sent.body.errors[0].message).to.contain('no address');
  });
});
