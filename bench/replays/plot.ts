/** A backlog over time as a small picture. Pure. */
import type { Moment } from './course.ts';

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [720, 240, 48, 32, 28, 12];

const round = (value: number): string => value.toFixed(1);

/** 1, 2 or 5 times a power of ten, so that an axis has at most so many steps. */
export function tick(most: number, steps: number): number {
  const rough = Math.max(most, 1) / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((times) => times * power >= rough) ?? 10);
}

const ticks = (most: number, steps: number): number[] => {
  const step = tick(most, steps);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, nth) => nth * step);
};

/** A line is told by its dashes, too, not by its colour alone. */
const LINES = [
  { of: 'withoutTicket', says: 'paid, without a ticket', stroke: '#0b57d0', dash: '' },
  { of: 'withoutMail', says: 'paid, without a mail', stroke: '#b3541e', dash: '5 3' },
] as const;

/** @returns an SVG document that reads on a light and on a dark page */
export function plot(title: string, moments: readonly Moment[]): string {
  const end = Math.max(1, moments.at(-1)?.at ?? 0) / 1_000;
  const most = Math.max(1, ...moments.flatMap(({ withoutTicket, withoutMail }) => [withoutTicket, withoutMail]));
  const x = (seconds: number) => LEFT + ((WIDTH - LEFT - RIGHT) * seconds) / end;
  const y = (count: number) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * count) / most;
  const across = ticks(most, 4).map(
    (count) =>
      `<path d="M${LEFT} ${round(y(count))}H${WIDTH - RIGHT}" stroke="#8886"/>` +
      `<text x="${LEFT - 6}" y="${round(y(count) + 4)}" text-anchor="end">${count}</text>`,
  );
  const along = ticks(end, 8).map(
    (seconds) => `<text x="${round(x(seconds))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${seconds} s</text>`,
  );
  const lines = LINES.map(({ of, stroke, dash }) => {
    const points = moments.map((moment) => `${round(x(moment.at / 1_000))} ${round(y(moment[of]))}`);
    return `<path d="M${points.join('L')}" fill="none" stroke="${stroke}" stroke-width="2" stroke-dasharray="${dash}"/>`;
  });
  const legend = LINES.map(
    ({ says, stroke, dash }, nth) =>
      `<path d="M${LEFT + nth * 220} 14h28" stroke="${stroke}" stroke-width="2" stroke-dasharray="${dash}"/>` +
      `<text x="${LEFT + nth * 220 + 34}" y="18">${says}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    '<style>svg{background:#fff}text{fill:#333}</style>',
    ...across,
    ...along,
    ...lines,
    ...legend,
    '</svg>',
    '',
  ].join('\n');
}
