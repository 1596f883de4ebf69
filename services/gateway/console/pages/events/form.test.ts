import { expect } from 'chai';
import { eventBody, inFormWords, majorUnits, minorUnits, wallClock, withoutSameTimes } from './form.ts';

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

  it('sends no time that stands as it stood, unless the clock itself is another', () => {
    const none = { ends_at: null, doors_open_at: null, doors_close_at: null };
    const before = {
      ...none,
      timezone: 'Asia/Kolkata',
      date: '2026-12-20T12:30:00Z',
      closes_at: '2026-12-20T12:29:59Z',
    };
    const body = { timezone: 'Asia/Kolkata', date: '2026-12-20T18:00', closes_at: '2026-12-20T17:59', ends_at: null };
    expect(withoutSameTimes(body, before)).to.deep.equal({ timezone: 'Asia/Kolkata', ends_at: null });
    const later = { ...body, closes_at: '2026-12-20T18:00' };
    expect(withoutSameTimes(later, before))
      .to.include({ closes_at: '2026-12-20T18:00' })
      .and.not.to.have.property('date');
    const elsewhere = { ...body, timezone: 'UTC' };
    expect(withoutSameTimes(elsewhere, before)).to.deep.equal(elsewhere);
  });
});
