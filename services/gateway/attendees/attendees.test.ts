/** Attendees as the API shows them: found by whatever people say, grouped, and only to those who may see them. */
import { expect } from 'chai';
import { attendee, event, ticketMail } from '../testing/documents.ts';
import { startTestGateway, type TestGateway } from '../testing/start.ts';

const NOW = new Date();

describe('the attendees of an event', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    await gateway.store.events.insertMany([event(1), event(2, { club_id: 7, staff: [] })]);
    await gateway.store.attendees.insertMany([
      attendee(1, {
        details: {
          name: 'Asha Rao',
          roll_number: '21-CS/042',
          department: 'CSE',
          year_of_study: '3',
          section: 'B',
          phone: '98000 00001',
          gender: 'F',
        },
        student_key: '21CS042|',
        payment_id: null,
      }),
      attendee(2, {
        details: {
          name: 'Ravi (Sonu) Iyer',
          department: 'cse',
          year_of_study: '10',
          section: 'A',
          phone: '9800000002',
        },
        student_key: null,
        email: 'ravi@example.edu',
        checked_in_at: NOW,
        checked_in_by: 'gate1',
      }),
      attendee(3, { details: { name: 'Meera Khan', department: 'ECE' }, email: null }),
      attendee(4, {
        live: false,
        ticket: { ...attendee(4).ticket, revoked_at: NOW, revoked_reason: 'refunded' },
      }),
      attendee(5, { event_id: 2, ticket: { ...attendee(5).ticket, event_id: 2 } }),
    ]);
    await gateway.store.mails.insertMany([
      ticketMail(1),
      ticketMail(2, {
        state: 'failed',
        sent_at: null,
        error: { kind: 'refused', text: '550 no such user', at: NOW, times: 1 },
      }),
      ticketMail(3, { state: 'no_address', sent_at: null }),
    ]);
  });
  after(() => gateway.stop());

  const ids = async (query: Record<string, string>) => {
    const { status, body } = await gateway.ask('admin', 'GET', `/api/events/1/attendees?${new URLSearchParams(query)}`);
    expect(status, JSON.stringify(body)).to.equal(200);
    return body.map(({ id }: { id: number }) => id);
  };

  for (const [query, found] of [
    [{}, [1, 2, 3, 4]],
    [{ live: 'true' }, [1, 2, 3]],
    [{ live: 'false' }, [4]],
    [{ checked_in: 'true' }, [2]],
    [{ checked_in: 'false', live: 'true' }, [1, 3]],
    [{ email_state: 'failed' }, [2]],
    [{ email_state: 'no_address' }, [3]],
    [{ branch: 'CSE' }, [1, 2]],
    [{ branch: 'CSE', year: '3', section: 'b' }, [1]],
    [{ branch: 'CS' }, []],
    [{ search: 'rao ASHA', live: 'true' }, [1]],
    [{ search: 'cs042' }, [1]],
    [{ search: '21-cs-042' }, [1]],
    [{ search: '(sonu)' }, [2]],
    [{ search: 'ravi@example' }, [2]],
    [{ search: '+91 98000 00001' }, [1]],
    [{ search: '00002' }, [2]],
    [{ search: '.*' }, []],
  ] as [Record<string, string>, number[]][])
    it(`are found by ${JSON.stringify(query)}`, async () => {
      expect(await ids(query)).to.deep.equal(found);
    });

  it('come page by page', async () => {
    const first = await gateway.ask('admin', 'GET', '/api/events/1/attendees?limit=3&live=true&search=a');
    const all = await gateway.ask('admin', 'GET', '/api/events/1/attendees?limit=2');
    expect(first.headers.get('link')).to.equal(null);
    const next = /<(.*)>/.exec(all.headers.get('link') ?? '')?.[1] as string;
    const second = await gateway.ask('admin', 'GET', next);
    expect(second.body.map(({ id }: { id: number }) => id)).to.deep.equal([3, 4]);
  });

  it('are shown by the names that clients know, with the state of ticket and mail', async () => {
    const { body } = await gateway.ask('organizer', 'GET', '/api/attendees/1');
    expect(body).to.include({
      ...{ name: 'Asha Rao', branch: 'CSE', year: '3', section: 'B', gender: 'F', payment_id: null },
      ...{ qr_generated: true, email_sent: true, email_error: null, checked_in: false, checkin_time: null },
    });
    const second = await gateway.ask('organizer', 'GET', '/api/attendees/2');
    expect(second.body).to.include({
      ...{ email_sent: false, email_error: '550 no such user', checked_in: true },
      ...{ checkin_time: NOW.toISOString(), checked_in_by: 'gate1' },
    });
    const revoked = await gateway.ask('admin', 'GET', '/api/attendees/4');
    expect(revoked.body).to.include({ live: false, qr_generated: false, seat: null, revoked_reason: 'refunded' });
  });

  it('stand on the dashboard by branch, year and section, the known and lower ones first', async () => {
    const { body } = await gateway.ask('organizer', 'GET', '/api/events/1/dashboard');
    expect(body.stats).to.deep.equal({
      ...{ total_attendees: 3, checked_in: 1, not_checked_in: 2, qr_generated: 3, qr_pending: 0 },
      ...{ email_sent: 1, email_failed: 1 },
    });
    expect(body.event).to.include({ id: 1, total_attendees: 3, checked_in_count: 1 });
    // biome-ignore lint/suspicious/noExplicitAny: as the answer is
    const shape = body.groups.map(({ branch, years }: any) => [
      branch,
      // biome-ignore lint/suspicious/noExplicitAny: as the answer is
      years.map(({ year, sections }: any) => [
        year,
        // biome-ignore lint/suspicious/noExplicitAny: as the answer is
        sections.map(({ section, attendees }: any) => [section, ...attendees.map(({ id }: any) => id)]),
      ]),
    ]);
    expect(shape).to.deep.equal(
      [
        [
          'CSE',
          [
            ['3', [['B', 1]]],
            ['10', [['A', 2]]],
          ],
        ],
        ['ECE', [[null, [[null, 3]]]]],
      ].map(([branch, years]) => [branch === 'CSE' ? body.groups[0].branch : branch, years]),
    );
    expect(body.groups[0].branch).to.match(/^cse$/i);
  });

  it('of other clubs are not there, and staff see them at the door only', async () => {
    for (const [method, path, body] of [
      ['GET', '/api/events/2/attendees'],
      ['POST', '/api/events/2/attendees', { name: 'Asha' }],
      ['GET', '/api/events/2/dashboard'],
      ['POST', '/api/events/2/generate-qr'],
      ['POST', '/api/events/2/generate-qr-codes'],
      ['POST', '/api/events/2/send-emails'],
      ['GET', '/api/attendees/5'],
      ['PUT', '/api/attendees/5', { section: 'A' }],
      ['DELETE', '/api/attendees/5'],
      ['POST', '/api/attendees/5/send-email'],
      ['POST', '/api/attendees/5/resend-qr'],
    ] as [string, string, object?][]) {
      const at = `${method} ${path}`;
      expect((await gateway.ask('organizer', method, path, body)).status, at).to.equal(404);
      expect((await gateway.ask('staff', method, path.replace('2', '1').replace('5', '1'), body)).status, at).to.equal(
        403,
      );
      expect((await gateway.ask(null, method, path, body)).status, at).to.equal(401);
    }
    expect((await gateway.store.attendees.findById(5).lean())?.live).to.equal(true);
  });

  it('are refused with every fault named', async () => {
    const nameless = await gateway.ask('admin', 'POST', '/api/events/1/attendees', { name: '-', email: 'asha@' });
    expect(nameless.status).to.equal(422);
    expect(nameless.body.errors.map(({ field }: { field: string }) => field)).to.deep.equal(['name', 'email']);
    const nothing = await gateway.ask('admin', 'PUT', '/api/attendees/1', {});
    expect(nothing.status).to.equal(400);
    const gone = await gateway.ask('admin', 'PUT', '/api/attendees/4', { section: 'A' });
    expect(gone.status).to.equal(409);
  });

  it('without an address or a valid ticket are sent nothing', async () => {
    for (const id of [3, 4]) {
      const { status, body } = await gateway.ask('admin', 'POST', `/api/attendees/${id}/resend-qr`);
      expect(status, JSON.stringify(body)).to.equal(409);
    }
  });
});
