/** The desk as an organiser uses it, from an event that does not exist yet to the ticket in a student's inbox. */
import { expect } from 'chai';
import type { Dialog, Page } from 'playwright-core';
import { club, PEOPLE } from '../../services/gateway/testing/documents.ts';
import { student, until, type World } from '../world.ts';
import { expectAccessible, expectFits, type Opened, PHONE, type TestBrowser } from './browser.ts';
import { type Desk, startDesk } from './scene.ts';

describe('the desk', () => {
  let started: Desk | undefined;
  let browser: TestBrowser;
  let world: World;
  let desk: Opened;
  let page: Page;
  let url: string;
  before(async function () {
    started = await startDesk(this);
    ({ browser, world, url, desk } = started);
    page = desk.page;
    // Two open events: a payment that names none is held.
    for (const slug of ['fest', 'hack'])
      await world.api('POST', '/api/events', { name: `The ${slug}`, slug, date: '2026-12-20T18:00', price: 29_900 });
  });
  after(() => started?.stop());
  afterEach(() => expect(desk?.complaints.splice(0)).to.deep.equal([]));

  const said = (tone: 'status' | 'alert' = 'status') => page.locator('main').getByRole(tone).first().textContent();
  const mailTo = (email: string, more: (subject: string) => boolean = () => true) =>
    world.mails.waitFor(({ to, subject }) => to.includes(email) && more(subject ?? ''), 60_000);
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const accept = (dialog: Dialog) => dialog.accept();
  const open = (id: string) => page.goto(`${url}/payments/${id}`);

  it('makes an event in a minute, and a payment with the notes it shows becomes a ticket in the inbox', async () => {
    await page.goto(`${url}/events`);
    await page.getByRole('link', { name: 'New event' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Freshers’ Night');
    await page.getByLabel('Begins').fill('2026-12-21T18:00');
    await page.getByLabel('Price').fill('two hundred');
    await button('Make the event').click();
    expect(await page.getByLabel('Price').getAttribute('aria-invalid'), 'said beside the field').to.equal('true');
    expect(await page.getByLabel('Name', { exact: true }).inputValue(), 'what was typed stays').to.equal(
      'Freshers’ Night',
    );
    await expectAccessible(page, 'a form with a fault');
    await page.getByLabel('Price').fill('249.50');
    await button('Make the event').click();
    expect(await said()).to.contain('Freshers’ Night is made');

    const notes = JSON.parse((await page.locator('#notes-sample').textContent()) ?? '');
    const { id } = await world.pay({ amount: 24_950, notes });
    const mail = await mailTo(notes.email);
    expect(mail.subject).to.equal('Your ticket: Freshers’ Night');

    await until(
      () => world.store.activities.exists({ payment_id: id, action: 'mail.sent' }),
      (told) => told !== null,
      'the mail in the story',
      60_000,
    );
    await page.goto(`${url}/payments?q=21cs042`);
    await page.getByRole('link', { name: notes.name }).first().click();
    expect(page.url()).to.equal(`${url}/payments/${id}`);
    await page.getByText('Ticket mailed').waitFor();
    await page.getByRole('link', { name: 'look at it' }).click();
    const shown = page.frameLocator('iframe');
    await shown.getByText(notes.roll_number).waitFor();
    expect(await shown.locator('img').first().getAttribute('src')).to.match(/^data:image\/png;base64,/);
  }).timeout(180_000);

  it('finds a payment by the 12 digits on a UPI screenshot', async () => {
    const notes = student({ event_id: 'fest' });
    const { id } = await world.pay({ notes });
    const { payment } = await world.settled(id, 'ticketed');
    await page.goto(`${url}/payments`);
    await page.keyboard.press('/');
    await page.keyboard.type(payment?.value.rrn ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: notes.name }).waitFor();
    expect(await page.locator('tbody tr').count()).to.equal(1);
  }).timeout(120_000);

  it('asks Razorpay about a payment that nobody here has heard of', async () => {
    const notes = student({ event_id: 'fest' });
    const { id } = await world.pay({ notes, quiet: true });
    await page.goto(`${url}/payments?q=${id}`);
    await button('Ask Razorpay about it').click();
    expect(await said()).to.contain('Razorpay was asked');
    expect(page.url()).to.equal(`${url}/payments/${id}`);
    await world.settled(id, 'ticketed');

    await page.goto(`${url}/payments?q=pay_NobodyKnowsIt0`);
    await button('Ask Razorpay about it').click();
    await page.getByRole('heading', { name: 'No payment is found' }).waitFor();
    expect(await page.locator('main').textContent()).to.match(/Razorpay (was asked|does not know|knows no)/);
  }).timeout(120_000);

  it('lets underpaid ones through, many at once', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 2; at++)
      ids.push((await world.pay({ amount: 9_900, notes: student({ event_id: 'fest' }) })).id);
    for (const id of ids) await world.settled(id, 'held:underpaid');
    await page.goto(`${url}/`);
    await page.getByRole('link', { name: /2 payments are held: Less was paid/ }).click();
    page.on('dialog', accept);
    await button('Let the ticked ones through').click();
    expect(await said('alert')).to.contain('tick at least one');
    await page.getByLabel('Tick all').check();
    await button('Let the ticked ones through').click();
    expect(await said()).to.contain('2 payments let through');
    page.off('dialog', accept);
    for (const id of ids) await world.settled(id, 'ticketed');
  }).timeout(120_000);

  it('assigns those that name no event', async () => {
    const { id } = await world.pay({ notes: student({ event_id: undefined }) });
    await world.settled(id, 'held:unassigned_event');
    await page.goto(`${url}/held?reason=unassigned_event`);
    await page.locator(`input[value="${id}"]`).check();
    await page.getByLabel('The event that they are for').selectOption({ label: 'The hack' });
    await button('Assign the ticked ones').click();
    expect(await said()).to.contain('1 payment assigned');
    expect((await world.settled(id, 'ticketed')).event_id).to.equal(2);
  }).timeout(120_000);

  it('fills in what is missing, and a wrong address is corrected and mailed again', async () => {
    const { roll_number: _, ...notes } = student({ event_id: 'fest', email: 'nobody@gmial.com' });
    await world.mails.setFaults({ permanent_addresses: ['nobody@gmial.com'] });
    const { id } = await world.pay({ notes });
    await world.settled(id, 'held:incomplete_details');
    await page.goto(`${url}/held?reason=incomplete_details`);
    await page.getByRole('row', { name: notes.name }).getByRole('link', { name: 'Fill in details' }).click();
    await page.getByLabel('Roll number').fill('21XX999');
    await button('Save the details').click();
    expect(await said()).to.contain('Saved');
    await world.settled(id, 'ticketed');
    await until(
      () => world.store.mails.findOne({ payment_id: id }).lean(),
      (mail) => mail?.state === 'failed',
      'refused',
      60_000,
    );
    await page.goto(`${url}/mails?state=failed`);
    const row = page.getByRole('row', { name: notes.name });
    await row.getByText('Did you mean nobody@gmail.com?').waitFor();
    await row.getByRole('button', { name: 'Correct it and send again' }).click();
    expect((await mailTo('nobody@gmail.com')).subject).to.contain('Your ticket');
    await open(id);
    await page.getByLabel('E-mail').fill('found@example.edu');
    await button('Save the details').click();
    expect((await mailTo('found@example.edu')).subject).to.contain('Your ticket');
  }).timeout(180_000);

  it('gives a second ticket, and says that a foreign payment is ours', async () => {
    const notes = student({ event_id: 'fest' });
    const [first, other] = [await world.pay({ notes }), await world.pay({ notes: { cart: 'c-1', buyer: 'Somebody' } })];
    await world.settled(first.id, 'ticketed');
    const second = await world.pay({ notes });
    await world.settled(second.id, 'held:duplicate_payment');
    await open(second.id);
    await page.getByRole('link', { name: first.id }).waitFor();
    await button('Let it through').click();
    expect(await said()).to.contain('Let through');
    await world.settled(second.id, 'ticketed');

    await world.settled(other.id, 'foreign');
    await page.goto(`${url}/not-ours`);
    const row = page.getByRole('row', { name: other.id });
    expect(await row.textContent(), 'keys, not values')
      .to.contain('cart')
      .and.not.to.contain('Somebody');
    await row.getByRole('button', { name: 'This is ours' }).click();
    expect(await said()).to.contain('It is ours now');
    await world.payment(other.id, ({ pending, outcome }) => !pending && outcome?.kind === 'held');
  }).timeout(120_000);

  it('asks Razorpay about a payment now, sends a ticket again, and shows a refund', async () => {
    const notes = student({ event_id: 'fest' });
    const { id } = await world.pay({ notes });
    await mailTo(notes.email);
    await open(id);
    await button('Ask Razorpay').click();
    expect(await said()).to.contain('Razorpay was asked');
    await until(
      () => world.store.mails.findOne({ payment_id: id }).lean(),
      (mail) => mail?.state === 'sent',
      'marked as sent',
      60_000,
    );
    await button('Send the ticket again').click();
    expect(await said()).to.contain('on its way again');
    await until(
      () => world.mails.summaries({ to: notes.email }).length,
      (mails) => mails === 2,
      'the second mail',
      60_000,
    );
    await world.razorpay.control(`/payments/${id}/refund`, {});
    await world.settled(id, 'revoked');
    await open(id);
    await page.getByText('Ticket revoked: it opens no door any more').waitFor();
    expect(await button('Send the ticket again').count(), 'no void ticket is sent').to.equal(0);
  }).timeout(180_000);

  it('lets a student without an account find the ticket, and send it to the known address', async () => {
    const notes = student({ event_id: 'fest', phone: '9811122233' });
    const { id } = await world.pay({ notes });
    await mailTo(notes.email);
    await until(
      () => world.store.mails.findOne({ payment_id: id }).lean(),
      (mail) => mail?.state === 'sent',
      'marked as sent',
      60_000,
    );
    const { page: theirs, complaints } = await browser.open({ viewport: PHONE });
    await theirs.goto(`${url}/find`);
    await expectAccessible(theirs, 'find my ticket');
    await theirs.getByLabel('UTR or payment id').fill(id);
    await theirs.getByLabel('Phone').fill('+91 98111 22233');
    await theirs.getByRole('button', { name: 'Find it' }).click();
    await theirs.getByText('You have a ticket').waitFor();
    await expectFits(theirs, 'a found ticket');
    await expectAccessible(theirs, 'a found ticket');
    await theirs.getByRole('button', { name: 'Send it there again' }).click();
    await theirs.getByText(/on its way to s•••@example.edu again/).waitFor();
    await until(
      () => world.mails.summaries({ to: notes.email }).length,
      (mails) => mails === 2,
      'the second mail',
      60_000,
    );
    expect(complaints).to.deep.equal([]);
    await theirs.context().close();
  }).timeout(180_000);

  it('asks about an address that looks mistyped, leaves it to who types, and prints the ticket of a guest', async () => {
    const guest = { name: 'Devika Menon', email: 'devika@gamil.com' };
    await page.setViewportSize(PHONE);
    await page.goto(`${url}/events/1/attendees`);
    await page.getByLabel('Name', { exact: true }).fill(guest.name);
    await page.getByLabel('E-mail').fill(guest.email);
    await button('Give a ticket').click();
    await page.getByText('Did you mean devika@gmail.com?').waitFor();
    await expectFits(page, 'a question about an address');
    await expectAccessible(page, 'a question about an address');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).to.equal(guest.name);
    await button('Yes, use devika@gmail.com').click();
    expect(await said()).to.contain('has a ticket now');
    await mailTo('devika@gmail.com');
    const opening = page.context().waitForEvent('page');
    await button('Show or print the ticket').click();
    const ticket = await opening;
    await ticket.getByText(guest.name).first().waitFor();
    await ticket.getByRole('button', { name: 'Print' }).waitFor();
    await ticket.close();
    await page.getByLabel('E-mail').fill('devika@yaho.com');
    await button('Save').click();
    await expectFits(page, 'a question at an attendee');
    await button('No, it is right as typed').click();
    expect(await said()).to.contain('goes to the new address');
    await mailTo('devika@yaho.com');
    await page.reload();
    await page.getByText('Did you mean devika@yahoo.com?').waitFor();
    await expectFits(page, 'an attendee with a mistyped address');
    await page.setViewportSize({ width: 1440, height: 900 });
  }).timeout(120_000);

  it('takes a spreadsheet, names each faulty row, and adds nobody twice when it is mended', async () => {
    const upload = async (rows: string[]) => {
      // As Excel saves it where the comma is a decimal sign.
      const csv = `\uFEFF${['name;email;roll_number', ...rows].join('\r\n')}`;
      await page.goto(`${url}/events/1/attendees`);
      const file = { name: 'guests.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };
      await page.getByLabel('CSV file').setInputFiles(file);
      await button('Upload').click();
      await page.locator('section[role="status"] h2').waitFor();
    };
    const good = ['Meera Nair;meera@example.edu;21EE001', 'Dev Anand;dev@example.edu;21EE002'];
    await upload([...good, ';nobody@example.edu;21EE003', 'Tara Bose;not an address;21EE004']);
    const told = page.locator('section[role="status"]');
    expect(await told.locator('h2').textContent()).to.match(/2 .*added/);
    const cells = async (column: string) => told.locator(`td[data-label="${column}"]`).allTextContents();
    expect([await cells('Row'), await cells('Column')]).to.deep.equal([
      ['4', '5'],
      ['name', 'email'],
    ]);
    await expectAccessible(page, 'an upload with faults');
    await page.setViewportSize(PHONE);
    await expectFits(page, 'an upload with faults');
    await page.setViewportSize({ width: 1440, height: 900 });
    for (const address of ['meera@example.edu', 'dev@example.edu']) await mailTo(address);

    await upload([...good, 'Noor Khan;noor@example.edu;21EE003', 'Tara Bose;tara@example.edu;21EE004']);
    expect(await told.locator('h2').textContent()).to.match(/2 .*added/);
    const names = (await page.locator('td.lead a').allTextContents()).filter((name) =>
      /Nair|Anand|Khan|Bose/.test(name),
    );
    expect(names).to.have.members(['Meera Nair', 'Dev Anand', 'Noor Khan', 'Tara Bose']);
  }).timeout(180_000);

  it('is live: what comes in shows by itself', async () => {
    await page.goto(`${url}/`);
    const tickets = page.locator('.figures li', { hasText: 'Tickets out' }).locator('strong');
    const before = Number(await tickets.textContent());
    const { id } = await world.pay({ notes: student({ event_id: 'fest' }) });
    await world.settled(id, 'ticketed');
    await until(
      () => tickets.textContent(),
      (now) => Number(now) > before,
      'one more ticket on the page',
      60_000,
    );
  }).timeout(120_000);

  it('keeps roles apart: staff see neither payments nor money, organizers no other club’s', async () => {
    const { id } = await world.pay({ notes: student({ event_id: 'fest' }) });
    await world.settled(id, 'ticketed');
    const password = 'let them all come in';
    await world.store.clubs.create(club());
    for (const role of ['staff', 'organizer']) {
      const more = role === 'organizer' ? { club_id: PEOPLE.club } : {};
      const { status, body } = await world.api('POST', '/api/admin/users', {
        username: `a-${role}`,
        password,
        role,
        ...more,
      });
      expect(status, JSON.stringify(body)).to.equal(200);
    }
    for (const [role, payments, one] of [
      ['staff', 403, 403],
      ['organizer', 200, 404],
    ] as const) {
      const { page: theirs } = await browser.open();
      await theirs.goto(`${url}/login`);
      await theirs.getByLabel('Username').fill(`a-${role}`);
      await theirs.getByLabel('Password').fill(password);
      await theirs.getByRole('button', { name: 'Sign in' }).click();
      await theirs.getByRole('heading', { name: 'Today' }).waitFor();
      expect(await theirs.getByText('Money in').count(), role).to.equal(role === 'staff' ? 0 : 1);
      expect(await theirs.getByRole('link', { name: 'Audit log' }).count(), role).to.equal(0);
      expect((await theirs.goto(`${url}/payments`))?.status(), role).to.equal(payments);
      expect((await theirs.goto(`${url}/payments/${id}`))?.status(), role).to.equal(one);
      expect((await theirs.goto(`${url}/audit`))?.status(), role).to.equal(403);
      await expectAccessible(theirs, 'a refusal');
      await theirs.context().close();
    }
  }).timeout(120_000);
});
