import { expect } from 'chai';
import { png } from '../../../test/pictures.ts';
import { event, PEOPLE } from '../testing/documents.ts';
import { startTestGateway, type TestGateway } from '../testing/start.ts';

const PATH = '/api/events/1/mail-template';
const NOTHING = {
  subject: null,
  greeting: null,
  above: null,
  below: null,
  footer: null,
  colour: null,
  text_colour: null,
  logo: null,
};

describe('the mail template of an event', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());
  beforeEach(async () => {
    const { store } = gateway;
    await Promise.all([
      store.events.deleteMany({}),
      store.mailTemplates.deleteMany({}),
      store.activities.deleteMany({}),
    ]);
    await store.events.create(event(1));
  });

  const put = (body: unknown, who: 'admin' | 'organizer' = 'organizer') => gateway.ask(who, 'PUT', PATH, body);
  const saved = () => gateway.store.mailTemplates.findById(1).lean();
  const trail = async () =>
    (
      await gateway.store.activities
        .find({ action: { $in: ['mail_template.changed', 'mail_template.reset'] } })
        .sort({ at: 1 })
        .lean()
    ).map(({ action, actor, facts }) => [action, actor, facts]);

  it('is the default until somebody says otherwise, with what may be said', async () => {
    const { status, body } = await gateway.ask('organizer', 'GET', PATH);
    expect(status).to.equal(200);
    expect(body).to.deep.include({ ...NOTHING, event_id: 1, custom: false, faults: [], updated_at: null });
    expect(body.defaults.greeting).to.equal('Hello {{name}},');
    expect(body.placeholders[0]).to.deep.equal({ name: 'name', means: 'the student’s name', example: 'Asha Rao' });
  });

  it('takes any subset, keeps the rest, and is told in the trail by its fields alone', async () => {
    const logo = png(60, 20).toString('base64');
    const first = await put({ subject: ' See you, {{name}} ', colour: '#5B2A86', logo });
    expect(first.body, JSON.stringify(first.body)).to.include({
      subject: 'See you, {{name}}',
      colour: '#5b2a86',
      logo,
    });
    const second = await put({ above: 'Gate 2\r\nof {{venue}}\u200b\r\n\r\n', logo: null });
    expect(second.body).to.deep.include({
      custom: true,
      subject: 'See you, {{name}}',
      above: 'Gate 2\nof {{venue}}',
      logo: null,
      updated_by: 'the-organizer',
    });
    expect(await saved()).to.deep.include({ subject: 'See you, {{name}}', above: 'Gate 2\nof {{venue}}', logo: null });
    await put({ above: 'Gate 2\nof {{venue}}' });
    expect(await trail(), 'what changes nothing is not told').to.deep.equal([
      ['mail_template.changed', 'the-organizer', { fields: ['subject', 'colour', 'logo'] }],
      ['mail_template.changed', 'the-organizer', { fields: ['above', 'logo'] }],
    ]);
  });

  it('keeps what is empty, or only says the default, as nothing of its own', async () => {
    await put({ subject: 'x', greeting: 'Hi' });
    const { body } = await put({ subject: '', greeting: 'Hello {{name}},', colour: '#1b3a6b', below: '  \n ' });
    expect(body).to.deep.include({ ...NOTHING, custom: false });
  });

  it('that is broken is refused whole, with each fault’s field, line and column', async () => {
    await put({ subject: 'Fine' });
    const { status, body } = await put({
      subject: 'Better',
      above: '\r\n\r\n  Hi {{nmae}}\r\n{{#if x}}',
      colour: '#ffffff',
      logo: Buffer.from('<svg/>').toString('base64'),
    });
    expect(status).to.equal(422);
    const said = body.errors.map(({ field, message }: Record<string, string>) => `${field}: ${message}`.split(';')[0]);
    expect(said).to.deep.equal([
      'above: line 3, column 6: there is no placeholder {{nmae}}',
      'above: line 4, column 1: between {{ and }} stands one of these names and nothing else: {{name}}, {{event}}, {{date}}, {{venue}}, {{doors_open}}, {{ticket_number}}, {{roll_number}}, {{college_name}}, {{department}}, {{payment_id}}',
      'colour: #ffffff on #ffffff is hard to read: a contrast of 1.0, and 4.5 is needed',
      'logo: must be a whole PNG or JPEG picture',
    ]);
    expect((await saved())?.subject).to.equal('Fine');
    for (const wrong of [
      {},
      { html: '<b>' },
      { subject: 5 },
      { colour: 'red' },
      { logo: '!' },
      { subject: 'x'.repeat(151) },
    ])
      expect((await put(wrong)).status, JSON.stringify(wrong)).to.equal(400);
  });

  it('cannot be made unreadable by two changes at once', async () => {
    await put({ colour: '#333333', text_colour: '#eeeeee' });
    const answers = await Promise.all([
      put({ colour: '#dddddd' }),
      put({ text_colour: '#444444' }),
      put({ footer: 'F' }),
    ]);
    for (const { status } of answers) expect(status).to.be.oneOf([200, 422]);
    const both = await put({ colour: '#dddddd', text_colour: '#444444' });
    expect(both.status, 'together they are readable').to.equal(200);
    expect(both.body).to.include({ colour: '#dddddd', text_colour: '#444444', footer: 'F' });
  });

  it('goes back to the default, and goes with its event', async () => {
    await put({ subject: 'Mine' });
    const { status, body } = await gateway.ask('admin', 'DELETE', PATH);
    expect([status, body.subject, body.custom]).to.deep.equal([200, null, false]);
    expect((await gateway.ask('admin', 'DELETE', PATH)).status).to.equal(200);
    expect((await trail()).map(([action]) => action)).to.deep.equal(['mail_template.changed', 'mail_template.reset']);
    await put({ subject: 'Mine' });
    expect((await gateway.ask('admin', 'DELETE', '/api/events/1')).status).to.equal(200);
    expect(await saved()).to.equal(null);
  });

  it('in a store of another age is shown with what is wrong, and can be put right', async () => {
    await gateway.store.mailTemplates.collection.insertOne({
      _id: 1 as never,
      subject: { a: 1 },
      above: '{{old}}',
      colour: 'red',
    });
    const { status, body } = await gateway.ask('admin', 'GET', PATH);
    expect(status).to.equal(200);
    expect(body).to.include({ subject: null, above: '{{old}}', updated_at: null });
    expect(body.faults.map(({ field }: Record<string, string>) => field)).to.deep.equal(['subject', 'above', 'colour']);
    const mended = await put({ subject: null, above: 'New', colour: null });
    expect(mended.body, JSON.stringify(mended.body)).to.deep.include({ above: 'New', faults: [] });
  });

  it('is not tried without ticketing, and then says so', async () => {
    for (const what of ['preview', 'test']) {
      const { status, body } = await gateway.ask('admin', 'POST', `${PATH}/${what}`, { subject: '{{' });
      expect(status, what).to.equal(422);
      expect(body.errors[0].field).to.equal('subject');
    }
    const { status, body } = await gateway.ask('admin', 'POST', `${PATH}/preview`, { subject: 'x' });
    expect(status).to.equal(503);
    expect(body.detail).to.include('ticketing) is not running');
  });

  it('is tested to one’s own address; another one is for admins; ten times and no more', async () => {
    const test = (who: 'admin' | 'organizer', body: object = {}) => gateway.ask(who, 'POST', `${PATH}/test`, body);
    await gateway.token('organizer');
    const address = (email: string | null) =>
      gateway.store.users.updateOne({ _id: PEOPLE.organizer }, { $set: { email } });
    await address(null);
    expect((await test('organizer')).status).to.equal(409);
    expect((await test('admin')).body.detail, 'the first admin has none').to.include('"Test goes to" ("to")');
    await address('meera@example.edu');
    const stranger = await test('organizer', { to: 'asha@example.edu' });
    expect([stranger.status, stranger.body.detail]).to.deep.equal([
      403,
      'a test goes to the address of your own account; another one is for admins',
    ]);
    expect((await test('admin', { to: 'no address' })).body.errors[0].field).to.equal('to');
    // They reach the point where ticketing is asked, which is not there; a refusal before that costs nothing.
    const statuses = [];
    for (let n = 0; n < 11; n++)
      statuses.push((await test('organizer', n === 0 ? { to: 'Meera@example.edu' } : {})).status);
    expect(statuses).to.deep.equal([...Array(10).fill(503), 429]);
    expect((await test('admin', { to: 'asha@example.edu' })).status, 'counted by person').to.equal(503);
  });
});
