/** What the tickets of both sides are for. */
export const PUBLIC_URL = 'https://tickets.example.edu';

export const EVENT = {
  name: 'Fest',
  venue: 'Main Hall',
  date: new Date('2026-12-20T12:30:00Z'),
  doors_open_at: new Date('2026-12-20T11:30:00Z'),
};

/** As long as a real one. */
export const ticketIdOf = (n: number): string => `bench${String(n).padStart(17, '0')}`;
