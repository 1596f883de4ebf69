import { expect } from 'chai';
import fc from 'fast-check';
import type { MailDoc } from '../../../shared/store/documents.ts';
import { attendeeDoc, eventDoc } from '../../../test/documents.ts';
import { calendarFile } from './calendar.ts';
import { classify, type FaultKind } from './faults.ts';
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
  const cases: [FaultKind, object, string][] = [
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
    ['server', smtp('550 5.1.8 sender address rejected: domain not found', 'MAIL FROM'), 'a sender that is refused'],
    ['server', smtp('550 5.1.8 sender address rejected', 'RCPT TO'), 'a sender that is refused late'],
    ['server', smtp('550 5.1.0 sender denied', 'MAIL FROM'), 'a sender that is refused in other words'],
    ['server', { code: 'EENVELOPE', message: 'Invalid sender "x"' }, 'a sender nodemailer refuses'],
    ['address', smtp('501 domain missing or malformed', 'RCPT TO'), '501 to RCPT without more'],
    ['unconfirmed', new MailUnconfirmed('no answer'), 'no answer to the whole mail'],
    ['temporary', smtp('450 4.2.1 greylisted', 'RCPT TO'), 'greylisting'],
    ['temporary', smtp('452 4.2.2 mailbox full', 'RCPT TO'), 'a full mailbox'],
    ['temporary', smtp('451 try later', 'DATA'), '451'],
    ['server', new Error('anything else'), 'an unknown error'],
  ];
  for (const [kind, error, what] of cases)
    it(`is the ${kind === 'temporary' ? 'mail’s for now' : `${kind}’s`}: ${what}`, () => {
      expect(classify(error).kind).to.equal(kind);
    });

  it('is told without addresses', () => {
    expect(classify(smtp('550 5.1.1 <asha@example.edu>: unknown, asha@example.edu', 'RCPT TO')).text).to.equal(
      '550 5.1.1 <address>: unknown, <address>',
    );
  });
});

describe('the next try of a mail', () => {
  it('never comes for a bad address, and ends after the schedule for a temporary refusal', () => {
    expect(mailDelay('address', 1)).to.equal(null);
    expect(mailDelay('temporary', 1)).to.equal(10_000);
    expect(mailDelay('temporary', 11)).to.equal(86_400_000);
    expect(mailDelay('temporary', 12)).to.equal(null);
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
    mailVerdict({ mail: mail(), attendee: attendeeDoc(), event: eventDoc(), ticketMail: undefined, ...change });
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

  it('rests without an address', () =>
    expect(verdict({ attendee: attendeeDoc({ email: null }) })).to.deep.equal({ kind: 'state', state: 'no_address' }));

  it('cancels a ticket only where its mail went out, and waits while that is open', () => {
    const of = (state: MailDoc['state'] | undefined) =>
      verdict({
        mail: mail({ kind: 'cancellation' }),
        attendee: attendeeDoc({ live: false }),
        ticketMail: state && mail({ state }),
      });
    expect(of('sent')).to.deep.equal({ kind: 'send' });
    const maybe = mail({ state: 'cancelled', unconfirmed: 1 });
    const revoked = attendeeDoc({ live: false });
    expect(verdict({ mail: mail({ kind: 'cancellation' }), attendee: revoked, ticketMail: maybe })).to.deep.equal({
      kind: 'send',
    });
    expect(of('sending').kind).to.equal('wait');
    for (const state of ['owed', 'failed', 'cancelled', 'no_address', undefined] as const)
      expect(of(state)).to.deep.equal(ended);
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
});
