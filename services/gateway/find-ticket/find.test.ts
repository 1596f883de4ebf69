import { expect } from 'chai';
import { attendee, event, PEOPLE, payId, payment, ticketMail } from '../testing/documents.ts';
import { startTestGateway, type TestGateway } from '../testing/start.ts';

const PHONE = '9800000001';
const utr = (n: number) => String(700_000_000_000 + n);

describe('find my ticket', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({
      findLimits: { perAddress: 1_000, perReference: 6, window: 600, mailsPerHour: 3 },
    });
    await gateway.store.events.create(event(1, { name: 'Freshers’ Night' }));
    const contact = { contact: '+91 98000 00001' };
    const held = { kind: 'held' as const, reason: 'underpaid' as const, since: new Date() };
    const revoked = { kind: 'revoked' as const, reason: null, since: new Date() };
    await gateway.store.payments.insertMany([
      payment(1, {}, { rrn: utr(1), ...contact }),
      payment(2, { outcome: held }, { rrn: utr(2), ...contact }),
      payment(3, { outcome: revoked }, { rrn: utr(3), ...contact, status: 'refunded', amount_refunded: 29_900 }),
      payment(7, { outcome: revoked }, { rrn: utr(7), ...contact }),
      payment(4, { outcome: { kind: 'foreign', reason: null, since: new Date() } }, { rrn: utr(4), ...contact }),
      payment(5, {}, { rrn: utr(5), ...contact }),
      payment(6, {}, { rrn: utr(6), ...contact }),
      payment(8, {}, { rrn: utr(8), ...contact }),
      payment(9, {}, { rrn: utr(9), ...contact }),
      payment(10, { overrides: { details: { email: '' } } }, { rrn: utr(10), ...contact }),
    ]);
    await gateway.store.attendees.insertMany([
      ...[attendee(1), attendee(5, { email: null }), attendee(6, { email: null }), attendee(8)],
      ...[attendee(9, { email: null }), attendee(10, { email: null })],
    ]);
    await gateway.store.mails.insertMany([
      ...[ticketMail(1), ticketMail(5, { state: 'no_address', sent_at: null }), ticketMail(8)],
    ]);
  });
  after(() => gateway.stop());

  const post = async (path: string, fields: Record<string, string>) => {
    const answer = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { Accept: 'text/html' },
      body: new URLSearchParams({ phone: PHONE, ...fields }),
    });
    const html = await answer.text();
    return { status: answer.status, html, retry: answer.headers.get('retry-after') };
  };

  it('tells the status by UTR or payment id and phone, the address only by its first letter', async () => {
    for (const reference of [utr(1), payId(1), `${utr(1).slice(0, 4)} ${utr(1).slice(4, 8)} ${utr(1).slice(8)}`]) {
      const { status, html } = await post('/find', { reference });
      expect(status).to.equal(200);
      expect(html)
        .to.contain('You have a ticket')
        .and.to.contain('a•••@example.edu')
        .and.not.to.contain('asha@example');
    }
    expect((await post('/find', { reference: utr(2) })).html).to.contain('Less was paid than the price');
    expect((await post('/find', { reference: utr(3) })).html).to.contain('refunded in full');
    expect((await post('/find', { reference: utr(7) })).html, 'taken away by hand: the money is still there')
      .to.contain('not valid any more')
      .and.not.to.contain('refunded');
  });

  it('answers the same for a wrong phone, an unknown payment and one that is not ours', async () => {
    const said = ({ html }: { html: string }) => html.slice(html.indexOf('<section'), html.indexOf('</section>'));
    const wrong = await post('/find', { reference: payId(1), phone: '9811111111' });
    expect(said(wrong)).to.contain('Nothing fits both');
    for (const reference of [utr(999), utr(4), payId(4)])
      expect(said(await post('/find', { reference })), reference).to.equal(said(wrong));
    const short = await post('/find', { reference: utr(2), phone: '98000 0000' });
    expect([short.status, short.html.includes('must have its 10 digits')], 'no phone fits no phone').to.deep.equal([
      ...[422, true],
    ]);
  });

  it('says beside the field what is no reference at all, which is no try; a keyboard may begin with a capital', async () => {
    for (const reference of ['asha', '.*', 'T2411201234567890123456', utr(1).slice(1)])
      for (let i = 0; i < 8; i++) {
        const { status, html } = await post('/find', { reference });
        expect([status, html.includes('is neither the 12 digits')], reference).to.deep.equal([422, true]);
      }
    expect((await post('/find', { reference: payId(1).replace('pay_', 'Pay_') })).html).to.contain('You have a ticket');
  });

  it('says whom to ask, once it is known whose payment it is', async () => {
    const contact = { email: 'fest@example.edu', phone: '9812345678' };
    await gateway.store.clubs.updateOne({ _id: PEOPLE.club }, { $set: contact }, { upsert: true });
    const found = await post('/find', { reference: utr(2) });
    expect(found.html).to.contain('mailto:fest@example.edu').and.to.contain('9812345678');
    const wrong = await post('/find', { reference: utr(2), phone: '9811111111' });
    expect(wrong.html).not.to.contain('fest@example.edu');
    await gateway.store.clubs.updateOne({ _id: PEOPLE.club }, { $set: { email: null, phone: null } });
    expect((await post('/find', { reference: utr(2) })).html).not.to.contain('The organisers:');
  });

  it('offers to send nothing where the mail server refused the address', async () => {
    await gateway.store.mails.updateOne({ attendee_id: 1 }, { $set: { state: 'failed' } });
    const { html } = await post('/find', { reference: payId(1) });
    await gateway.store.mails.updateOne({ attendee_id: 1 }, { $set: { state: 'sent' } });
    expect(html).to.contain('could not be delivered').and.not.to.contain('Send it there again');
  });

  it('takes an address where there is none, and asks first where it looks mistyped', async () => {
    const asked = await post('/find/address', { reference: utr(5), email: 'asha@gmial.com' });
    expect(asked.html).to.contain('Did you mean <strong>asha@gmail.com</strong>');
    expect((await gateway.store.payments.findById(payId(5)).lean())?.overrides?.details?.email).to.equal(undefined);
    const bad = await post('/find/address', { reference: utr(5), email: 'no address' });
    expect([bad.status, bad.html.includes('must be an e-mail address')]).to.deep.equal([422, true]);
    const given = await post('/find/address', { reference: utr(5), email: 'asha@gmail.com', sure: 'yes' });
    expect(given.html).to.contain('on its way to asha@gmail.com');
    const stored = await gateway.store.payments.findById(payId(5)).lean();
    expect(stored?.overrides?.details?.email).to.equal('asha@gmail.com');
    expect(stored?.pending, 'ticketing mails it').to.equal(true);
    const trail = await gateway.store.activities.findOne({ payment_id: payId(5) }).lean();
    expect(trail).to.deep.include({ action: 'payment.changed_by_hand', actor: 'student' });
    expect(JSON.stringify(trail)).not.to.contain('gmail');
  });

  it('turns no ticket away from its owner: a known address stays', async () => {
    const taken = await post('/find/address', { reference: utr(1), email: 'thief@example.org' });
    expect([taken.status, taken.html.includes('there is an address already')]).to.deep.equal([409, true]);
    expect((await gateway.store.payments.findById(payId(1)).lean())?.overrides).to.equal(undefined);
    const unknown = await post('/find/address', { reference: utr(6), phone: '9811111111', email: 'thief@example.org' });
    expect(unknown.status).to.equal(404);
  });

  it('nor one that was given a moment ago, before the ticket has it: of two at once one counts', async () => {
    const reference = utr(9);
    const given = ['asha@gmail.com', 'thief@gmail.com'];
    const answers = await Promise.all(given.map((email) => post('/find/address', { reference, email, sure: 'yes' })));
    expect(answers.map(({ status }) => status).toSorted()).to.deep.equal([200, 409]);
    const owner = given[answers.findIndex(({ status }) => status === 200)] ?? '';
    const later = await post('/find/address', { reference, email: 'thief@example.org', sure: 'yes' });
    expect([later.status, later.html.includes('there is an address already')]).to.deep.equal([409, true]);
    const stored = await gateway.store.payments.findById(payId(9)).lean();
    expect(stored?.overrides?.details?.email).to.equal(owner);
    expect((await post('/find', { reference })).html)
      .to.contain(`is on its way to ${owner[0]}•••@gmail.com`)
      .and.not.to.contain('/find/address');
  });

  it('takes one where the organisers took the one before back', async () => {
    const given = await post('/find/address', { reference: utr(10), email: 'asha@gmail.com', sure: 'yes' });
    expect(given.status).to.equal(200);
    const stored = await gateway.store.payments.findById(payId(10)).lean();
    expect(stored?.overrides?.details?.email).to.equal('asha@gmail.com');
  });

  it('counts no mail that could not be asked for', async () => {
    for (let i = 0; i < 5; i++) {
      const { status, html } = await post('/find/send', { reference: utr(8) });
      expect([status, html.includes('sends mails')], 'nobody sends mails here').to.deep.equal([503, true]);
    }
  });

  it('lets nobody try phones: a few tries, then not for a while', async () => {
    const tries = [];
    for (let at = 0; at < 8; at++) tries.push(await post('/find', { reference: utr(77), phone: `98000000${10 + at}` }));
    expect(tries.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200, 200, 429, 429]);
    expect(Number(tries.at(-1)?.retry)).to.be.within(1, 600);
  });
});
