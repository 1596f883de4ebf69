import { expect } from 'chai';
import { opened } from '../../changed.ts';
import {
  type EventForm,
  eventBody,
  eventChange,
  eventTexts,
  inFormWords,
  majorUnits,
  minorUnits,
  type ShownEvent,
  wallClock,
} from './form.ts';

describe('an event’s form', () => {
  it('takes money as people write it', () => {
    expect(minorUnits('299', 'INR')).to.equal(29_900);
    expect(minorUnits('₹1,299.5', 'INR')).to.equal(129_950);
    for (const written of ['299/-', 'Rs 299', 'Rs.299/-', 'INR 299', '₹ 299'])
      expect(minorUnits(written, 'INR'), written).to.equal(29_900);
    expect(minorUnits('500', 'JPY')).to.equal(500);
    expect(minorUnits('0', 'INR')).to.equal(0);
    for (const wrong of ['2.999', '-5', 'free', '1e3']) expect(minorUnits(wrong, 'INR'), wrong).to.equal(wrong);
    for (const minor of [29_900, 29_950, 5, 0]) expect(minorUnits(majorUnits(minor, 'INR'), 'INR')).to.equal(minor);
  });

  it('leaves out what is empty for a new event, and clears it for one that is changed', () => {
    const form = { name: ' Fest ', date: '2026-12-20T18:00', venue: '', capacity: '120', price: '', status: '' };
    expect(eventBody(form, 'absent')).to.deep.equal({ name: 'Fest', date: '2026-12-20T18:00', capacity: 120 });
    expect(eventBody(form, 'cleared')).to.deep.equal({
      name: 'Fest',
      date: '2026-12-20T18:00',
      venue: null,
      capacity: 120,
      price: null,
    });
    expect(eventBody({ name: '', date: '' }, 'absent'), 'what is needed is missed by name').to.deep.equal({
      name: '',
      date: '',
    });
  });

  it('shows times as the clock at the event shows them', () => {
    expect(wallClock('2026-12-20T12:30:00.000Z', 'Asia/Kolkata')).to.equal('2026-12-20T18:00');
    expect(wallClock(null, 'Asia/Kolkata')).to.equal('');
  });

  it('refuses what is no amount in its own words, never in paise', () => {
    const faults = [
      { field: 'price', message: 'must be a whole number of minor units' },
      { field: 'capacity', message: 'must be a whole number' },
      { field: 'name', message: 'must not be empty' },
    ];
    const told = (body: Record<string, unknown>) => faults.map((fault) => inFormWords(fault, body));
    expect(told({ price: 'free', capacity: 'many', name: '' })).to.deep.equal([
      { field: 'price', message: 'must be an amount, like 299 or 299.50' },
      { field: 'capacity', message: 'must be a whole number, like 200' },
      { field: 'name', message: 'must not be empty' },
    ]);
    expect(told({ price: 29_900, capacity: -1 })).to.deep.equal(faults);
  });

  const EVENT: ShownEvent = {
    name: 'Fest',
    venue: 'Hall',
    description: 'Bring a pen.\nAnd paper.',
    price: 29_900,
    currency: 'INR',
    capacity: 120,
    slug: null,
    timezone: 'Asia/Kolkata',
    razorpay_qr_id: null,
    status: 'open',
    club: { id: 7 },
    date: '2026-12-20T12:30:00Z',
    ends_at: null,
    doors_open_at: null,
    doors_close_at: null,
    closes_at: '2026-12-20T12:29:59Z',
  };
  /** Saved from a page that was opened when the event was `EVENT`, while now it is another. */
  const saved = (typed: EventForm, now: Partial<ShownEvent> = {}) => {
    const texts = eventTexts(EVENT);
    return eventChange({ ...texts, ...typed, was: opened(texts) }, { ...EVENT, ...now });
  };

  it('sends what was changed since it was opened, and nothing else of what it shows', () => {
    const others = { status: 'cancelled', price: 39_900, capacity: 80, closes_at: null, club: null };
    expect(saved({}, others)).to.deep.equal({});
    expect(saved({ venue: ' Big Hall ', description: 'Bring a pen.\r\nAnd paper.\r\n' }, others)).to.deep.equal({
      venue: 'Big Hall',
    });
    expect(saved({ venue: '', club_id: '', status: 'closed', price: '350', capacity: '' }, others)).to.deep.equal({
      venue: null,
      club_id: null,
      status: 'closed',
      price: 35_000,
      capacity: null,
    });
    expect(saved({ currency: ' ', timezone: '', status: '' }), 'what an event cannot be without').to.deep.equal({});
    expect(saved({ name: ' ' }), 'and what somebody must be told of').to.deep.equal({ name: '' });
  });

  it('sends no time that stands as it stood, unless the clock itself is another', () => {
    expect(saved({ closes_at: '2026-12-20T18:00' })).to.deep.equal({ closes_at: '2026-12-20T18:00' });
    expect(saved({ timezone: 'UTC', ends_at: '2026-12-20T21:00' }, { date: '2026-12-20T13:30:00Z' })).to.deep.equal({
      timezone: 'UTC',
      date: '2026-12-20T19:00',
      ends_at: '2026-12-20T21:00',
      doors_open_at: null,
      doors_close_at: null,
      closes_at: '2026-12-20T17:59',
    });
    const few = { timezone: 'UTC', date: '2026-12-20T18:00' };
    expect(eventChange(few, EVENT), 'what is not in the form is left alone').to.deep.equal(few);
  });

  it('reads an amount in the currency that it will be in', () => {
    expect(saved({ currency: 'JPY' })).to.deep.equal({ currency: 'JPY', price: 299 });
    expect(saved({ currency: 'JPY' }, { price: 39_900 }), 'as it is by then').to.deep.equal({
      currency: 'JPY',
      price: 399,
    });
    expect(saved({ currency: 'JPY', price: '500' })).to.deep.equal({ currency: 'JPY', price: 500 });
    expect(saved({ price: '500' }, { currency: 'JPY' })).to.deep.equal({ price: 500 });
  });
});
