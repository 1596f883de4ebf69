import { expect } from 'chai';
import fc from 'fast-check';
import type { MailDoc } from '../../../shared/store/documents.ts';
import { calendarFile } from '../../../shared/ticket/calendar.ts';
import { attendeeDoc, eventDoc } from '../../../test/documents.ts';
import { classify, type FaultKind, metAnyMail, refusesContents, refusesThisMail, Unmakeable } from './faults.ts';
import { mailDelay } from './retry.ts';
import { MailUnconfirmed } from './transport.ts';
import { mailVerdict } from './verdict.ts';

const smtp = (response: string, command = 'DATA') => ({
  code: 'EMESSAGE',
  responseCode: Number(response.slice(0, 3)),
  response,
  command,
});

describe('a failed send', () => {
  const cases: [FaultKind, object | null, string][] = [
    ['address', smtp('550 5.1.1 no such user', 'RCPT TO'), 'an unknown mailbox'],
    ['address', smtp('550 5.1.1 no such user', 'DATA'), 'an unknown mailbox told late'],
    ['address', smtp('550 5.2.1 mailbox disabled', 'RCPT TO'), 'a disabled mailbox'],
    ['address', smtp('550 no such user', 'RCPT TO'), '550 to RCPT without more'],
    ['address', smtp('553 bad mailbox name', 'RCPT TO'), '553 to RCPT without more'],
    ['address', { code: 'EENVELOPE', message: 'No recipients defined' }, 'an address nodemailer refuses'],
    ['server', smtp('550 5.4.5 Daily user sending quota exceeded', 'RCPT TO'), 'a quota'],
    ['server', smtp('550 5.7.1 blocked by policy', 'RCPT TO'), 'a policy'],
    ['server', smtp('550 rejected', 'DATA'), '550 after DATA'],
    ['server', smtp('554 transaction failed', 'DATA'), '554'],
    [
      'server',
      { code: 'EAUTH', responseCode: 535, response: '535 5.7.8 bad credentials', command: 'AUTH PLAIN' },
      'wrong credentials',
    ],
    ['server', { code: 'ETLS', message: 'no STARTTLS' }, 'no TLS'],
    ['server', { code: 'ECONNECTION', message: 'connect ECONNREFUSED' }, 'a server that is down'],
    ['server', { code: 'ETIMEDOUT', message: 'Greeting never received' }, 'a silent server'],
    ['server', smtp('421 4.3.2 closing', 'MAIL FROM'), 'a server that closes'],
    ['server', smtp('421 4.3.2 closing', 'RCPT TO'), 'a server that closes late'],
    ['server', smtp('550 5.1.8 sender address rejected: domain not found', 'MAIL FROM'), 'a sender that is refused'],
    ['server', smtp('550 5.1.8 sender address rejected', 'RCPT TO'), 'a sender that is refused late'],
    ['server', smtp('550 5.1.0 sender denied', 'MAIL FROM'), 'a sender that is refused in other words'],
    ['server', { code: 'EENVELOPE', message: 'Invalid sender "x"' }, 'a sender nodemailer refuses'],
    ['server', { ...smtp('450 4.3.2 come back later', 'CONN'), code: 'EPROTOCOL' }, 'a server that is not ready'],
    ['server', { ...smtp('454 4.7.0 no TLS for now', 'STARTTLS'), code: 'ETLS' }, 'TLS that is away for now'],
    ['server', smtp('450 4.7.1 sender rate exceeded', 'MAIL FROM'), 'a sender that is slowed down'],
    ['server', smtp('452 4.3.1 no room on the disk', 'MAIL FROM'), 'a server without room'],
    ['address', smtp('501 domain missing or malformed', 'RCPT TO'), '501 to RCPT without more'],
    ['unconfirmed', new MailUnconfirmed('no answer'), 'no answer to the whole mail'],
    ['address', smtp('553 5.1.3 bad syntax', 'RCPT TO'), 'an address of a wrong form'],
    ['address', smtp('556 5.1.10 no mail here (null MX)', 'DATA'), 'a domain without mail, told late'],
    ['address', smtp('551 user not local', 'RCPT TO'), '551 to RCPT without more'],
    ['server', smtp('550 5.1.7 bad sender address', 'RCPT TO'), 'a sender of a wrong form'],
    ['server', smtp('550 5.2.2 mailbox full', 'RCPT TO'), 'a permanent "full" is no fault of the address'],
    ['server', smtp('550 5.100.1 odd', 'RCPT TO'), 'a status nobody knows'],
    ['server', smtp('554 rejected: 550 5.1.1 said another server', 'DATA'), 'a status that is only quoted'],
    ['server', smtp('500 unknown command', 'DATA'), '500'],
    ['server', { responseCode: 550 }, '550 to nobody knows what'],
    ['server', { code: 'EENVELOPE', responseCode: 554, response: '554 no', command: 'RCPT TO' }, '554 to RCPT'],
    [
      'server',
      { code: 'EAUTH', responseCode: 454, response: '454 4.7.0 try signing in later', command: 'AUTH PLAIN' },
      'a sign-in that is refused for now',
    ],
    ['address', { code: 'EENVELOPE' }, 'an envelope that is refused without a word'],
    ['server', null, 'nothing at all'],
    ['temporary', new Unmakeable('no calendar'), 'a mail that cannot be made'],
    ['temporary', smtp('450 4.2.1 greylisted', 'RCPT TO'), 'greylisting'],
    ['temporary', smtp('452 4.2.2 mailbox full', 'RCPT TO'), 'a full mailbox'],
    ['temporary', smtp('451 try later', 'DATA'), '451'],
    ['server', new Error('anything else'), 'an unknown error'],
  ];
  for (const [kind, error, what] of cases)
    it(`is the ${kind === 'temporary' ? 'mail’s for now' : `${kind}’s`}: ${what}`, () => {
      expect(classify(error).kind).to.equal(kind);
    });

  it('would have met any mail, up to MAIL FROM: not one told of recipient or body, nor one that is no server’s', () => {
    const met = [
      smtp('450 4.7.1 sender rate exceeded', 'MAIL FROM'),
      smtp('421 4.3.2 not now', 'CONN'),
      { code: 'EAUTH', responseCode: 535, response: '535 bad credentials', command: 'AUTH PLAIN' },
      { code: 'ECONNECTION', message: 'connect ECONNREFUSED' },
      { code: 'ETIMEDOUT', command: 'DATA' },
      null,
    ];
    const own = [
      smtp('550 5.4.5 quota', 'RCPT TO'),
      smtp('421 closing', 'DATA'),
      smtp('451 try later', 'DATA'),
      { code: 'EENVELOPE' },
      new Unmakeable('no calendar'),
      new MailUnconfirmed('no answer'),
    ];
    expect(met.map(metAnyMail)).to.deep.equal(met.map(() => true));
    expect(own.map(metAnyMail)).to.deep.equal(own.map(() => false));
  });

  it('is a refusal of this mail where it was told of and refused for good, its address apart', () => {
    const refusals = [smtp('552 5.2.2 full', 'RCPT TO'), smtp('550 5.4.5 quota', 'RCPT TO'), smtp('500 no')];
    for (const refusal of refusals) expect(refusesThisMail(refusal), refusal.response).to.equal(true);
    const others = [
      smtp('550 5.1.1 no such user', 'RCPT TO'),
      smtp('451 4.7.1 later'),
      smtp('421 4.3.2 closing', 'RCPT TO'),
      smtp('554 5.7.1 no', 'MAIL FROM'),
      { code: 'ECONNECTION', message: 'connect ECONNREFUSED' },
      new MailUnconfirmed('no answer'),
      null,
    ];
    for (const other of others) expect(refusesThisMail(other), JSON.stringify(other)).to.equal(false);
  });

  it('is about what the mail says where the server takes its recipient and then refuses it for good', () => {
    for (const contents of [smtp('554 5.7.1 spam'), smtp('552 5.3.4 too large'), smtp('500 no')])
      expect(refusesContents(contents), contents.response).to.equal(true);
    const others = [
      smtp('550 5.1.1 no such user', 'DATA'),
      smtp('451 4.7.1 later'),
      smtp('554 5.7.1 no', 'RCPT TO'),
      { ...smtp('554 5.7.1 no'), command: undefined },
      { ...smtp('554 5.7.1 no'), responseCode: 499 },
      { ...smtp('554 5.7.1 no'), responseCode: undefined },
      new MailUnconfirmed('no answer'),
      null,
    ];
    for (const other of others) expect(refusesContents(other), JSON.stringify(other)).to.equal(false);
  });

  it('is told without addresses', () => {
    expect(classify(smtp('550 5.1.1 <asha@example.edu>: unknown, asha@example.edu', 'RCPT TO')).text).to.equal(
      '550 5.1.1 <address>: unknown, <address>',
    );
    expect(classify(smtp('550 5.1.1 a.b+c@sub.example.edu>\r\n  unknown', 'RCPT TO')).text).to.equal(
      '550 5.1.1 <address> unknown',
    );
  });

  it('is told in trail and log without what a server says of the recipient, which outlasts an erasure there', () => {
    const told = (error: unknown) => classify(error).told;
    expect(told(smtp('550 5.1.1 mailbox of Asha Rao is gone', 'RCPT TO'))).to.equal('550 5.1.1');
    expect(told(smtp('452-4.2.2 Asha Rao\r\n452 4.2.2 is over quota', 'DATA'))).to.equal('452 4.2.2');
    expect(told(smtp('550 no Asha Rao here', 'RCPT TO'))).to.equal('550');
    expect(told(smtp('450 4.7.1 sender rate exceeded', 'MAIL FROM')), 'nobody was named yet').to.equal(
      classify(smtp('450 4.7.1 sender rate exceeded', 'MAIL FROM')).text,
    );
    expect(told({ code: 'ECONNECTION', message: 'connect ECONNREFUSED' })).to.equal('connect ECONNREFUSED');
    expect(told({ code: 'X', response: '550 Asha Rao', message: 'failed' }), 'to nobody knows what').to.equal('550');
    expect(told({ code: 'X', response: 'Asha Rao', message: 'failed' }), 'no reply at all').to.equal('X');
    expect(told(undefined)).to.equal('unknown');
  });

  it('is told by the server’s answer, else by what the client says, and shortly', () => {
    expect(classify({ response: '550 no', message: 'failed', code: 'X' }).text).to.equal('550 no');
    expect(
      classify({ response: '500 what?', message: 'No STARTTLS: 500 what?', command: 'STARTTLS', responseCode: 500 })
        .text,
      'what it was the answer to',
    ).to.equal('No STARTTLS: 500 what?');
    expect(classify({ message: 'failed', code: 'X' }).text).to.equal('failed');
    expect(classify({ code: 'ETLS' }).text).to.equal('ETLS');
    expect(classify(undefined).text).to.equal('unknown');
    expect(classify(new Unmakeable('no calendar')).text).to.equal('no calendar');
    expect(classify(new MailUnconfirmed('no answer')).text).to.equal('no answer');
    expect(classify({ message: 'x'.repeat(999) }).text).to.equal('x'.repeat(300));
    expect(new Unmakeable('x').name).to.equal('Unmakeable');
  });
});

describe('the next try of a mail', () => {
  it('never comes for a bad address, and ends after the schedule for a temporary refusal', () => {
    for (const failures of [1, 2, 99]) expect(mailDelay('address', failures)).to.equal(null);
    const [second, minute, hour] = [1_000, 60_000, 3_600_000];
    const steps = [10 * second, 30 * second, minute, 5 * minute, 15 * minute, hour, 3 * hour, 6 * hour, 12 * hour];
    const table = [...steps, 24 * hour, 24 * hour, null];
    expect(table.map((_, failures) => mailDelay('temporary', failures + 1))).to.deep.equal(table);
    expect(mailDelay('temporary', 1_000)).to.equal(null);
  });

  it('comes seldom and only thrice for one that may have arrived', () => {
    expect([1, 2, 3, 4].map((failures) => mailDelay('unconfirmed', failures))).to.deep.equal([
      900_000,
      10_800_000,
      43_200_000,
      null,
    ]);
  });

  it('always comes for a fault of the server, later and later, at most 15 minutes apart', () => {
    expect([1, 2, 3, 7, 8, 9].map((failures) => mailDelay('server', failures))).to.deep.equal([
      10_000, 20_000, 40_000, 640_000, 900_000, 900_000,
    ]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (failures) => {
        const delay = mailDelay('server', failures);
        const next = mailDelay('server', failures + 1);
        expect(delay).to.be.within(10_000, 900_000);
        expect(next).to.be.at.least(delay as number);
      }),
    );
  });
});

describe('whether a mail may go out', () => {
  const mail = (change: Partial<MailDoc> = {}) =>
    ({ _id: '7:ticket:1', kind: 'ticket', issue: 1, ticket_id: 'ticket', state: 'sending', ...change }) as MailDoc;
  const verdict = (change: object) =>
    mailVerdict({
      mail: mail(),
      attendee: attendeeDoc(),
      event: eventDoc(),
      template: undefined,
      ticketMail: undefined,
      ...change,
    });
  const ended = { kind: 'state', state: 'cancelled' };

  it('says yes to a live ticket', () => expect(verdict({})).to.deep.equal({ kind: 'send' }));

  it('waits while attendee or event are not there, as in the first moments after a restore', () => {
    for (const missing of [{ attendee: undefined }, { event: undefined }])
      expect(verdict(missing).kind).to.equal('wait');
  });

  it('says no once the ticket is revoked or replaced', () => {
    const revoked = attendeeDoc({ live: false });
    const replaced = attendeeDoc({ ticket: { ...attendeeDoc().ticket, id: 'another' } });
    for (const attendee of [revoked, replaced]) expect(verdict({ attendee })).to.deep.equal(ended);
  });

  it('says no of whoever was erased, whatever their mail is', () => {
    const attendee = attendeeDoc({ redacted_at: new Date() });
    expect(verdict({ attendee })).to.deep.equal(ended);
    expect(
      verdict({ attendee, mail: mail({ kind: 'cancellation' }), ticketMail: mail({ state: 'sent' }) }),
    ).to.deep.equal(ended);
  });

  it('rests without an address', () =>
    expect(verdict({ attendee: attendeeDoc({ email: null }) })).to.deep.equal({ kind: 'state', state: 'no_address' }));

  it('cancels a ticket only where its mail went out, and waits while that is open', () => {
    const of = (state: MailDoc['state'] | undefined, change: Partial<MailDoc> = {}) =>
      verdict({
        mail: mail({ kind: 'cancellation' }),
        attendee: attendeeDoc({ live: false }),
        ticketMail: state && mail({ state, ...change }),
      });
    expect(of('sent')).to.deep.equal({ kind: 'send' });
    expect(of('cancelled', { unconfirmed: 1 })).to.deep.equal({ kind: 'send' });
    // It went out, and was to go out once more.
    for (const state of ['owed', 'failed', 'cancelled', 'no_address'] as const)
      expect(of(state, { sent_at: new Date() }), state).to.deep.equal({ kind: 'send' });
    expect(of('sending').kind).to.equal('wait');
    for (const state of ['owed', 'failed', 'cancelled', 'no_address', undefined] as const)
      expect(of(state, { unconfirmed: 0, sent_at: null })).to.deep.equal(ended);
  });
});

describe('the calendar file', () => {
  it('gives the event in UTC, two hours long unless it says otherwise, with its text escaped', () => {
    const event = eventDoc({
      name: 'Fest; night, one',
      date: new Date('2026-12-01T18:30:00+05:30'),
      venue: 'Main Hall\nGate 2',
    });
    const text = calendarFile(event, 'ticket');
    expect(text).to.match(/DTSTART:20261201T130000Z/);
    expect(text).to.match(/DTEND:20261201T150000Z/);
    expect(text).to.include('SUMMARY:Fest\\; night\\, one');
    expect(calendarFile({ ...event, ends_at: new Date('2026-12-01T20:00:00+05:30') }, 'ticket')).to.match(
      /DTEND:20261201T143000Z/,
    );
  });

  it('is each ticket’s own and follows every change of its event, whichever was asked for before', () => {
    const fest = eventDoc({ name: 'Fest', venue: 'Main Hall', description: 'Songs' });
    const changes = [{ name: 'Play' }, { venue: 'Gate 2' }, { description: 'Dance' }, { date: new Date(0) }];
    const end = { ends_at: new Date('2030-01-01T00:00:00Z') };
    const of = (change: object, ticket: string) =>
      calendarFile({ ...fest, ...change }, ticket).replace(/^DTSTAMP:.*$/m, '');
    const texts = [{}, ...changes, end].flatMap((change) => [of(change, 'ticket-1'), of(change, '$&2')]);
    expect(new Set(texts).size).to.equal(texts.length);
    expect(of({}, 'ticket-1')).to.equal(texts[0]).and.to.include('UID:ticket-1@qrflow');
    expect(of({}, '$&2')).to.equal(texts[1]).and.to.include('UID:$&2@qrflow');
  });
});
