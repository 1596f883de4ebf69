/**
 * Bars over time as inline SVG: for the eye a picture, for a screen reader one sentence and the table beside it. No style
 * attribute, no script: the page's policy allows neither. Pure.
 */
export interface Bar {
  label: string;
  value: number;
}

export interface Chart {
  /** The whole `<svg>`. */
  svg: string;
  bars: Bar[];
  total: number;
  /** The same in a sentence. */
  summary: string;
}

const WIDTH = 460;
const HEIGHT = 140;
const BASE = 118;
const TOP = 14;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A round number not below `value`, so that the line on top can be read. */
export function ceiling(value: number): number {
  if (value <= 4) return 4;
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((step) => step * unit).find((step) => step >= value) ?? value;
}

/** `what`: "payments", `tone`: of the bars, 1 or 2. */
export function barChart(bars: Bar[], what: string, tone: 1 | 2): Chart {
  const total = bars.reduce((sum, { value }) => sum + value, 0);
  const top = ceiling(Math.max(0, ...bars.map(({ value }) => value)));
  const most = bars.reduce<Bar | null>((best, bar) => (bar.value > (best?.value ?? 0) ? bar : best), null);
  const summary = most === null ? `No ${what} yet` : `${total} ${what}, most of them ${most.label}: ${most.value}`;
  const left = 34;
  const step = (WIDTH - left) / Math.max(1, bars.length);
  const gap = Math.min(4, step * 0.25);
  const y = (value: number) => BASE - ((BASE - TOP) * value) / top;
  const lines = [0, top / 2, top].map(
    (value) =>
      `<line x1="${left}" x2="${WIDTH}" y1="${y(value)}" y2="${y(value)}"/><text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
  );
  const rects = bars.map(({ label, value }, at) => {
    if (value === 0) return '';
    const height = Math.max(2, BASE - y(value));
    return `<rect x="${(left + at * step + gap / 2).toFixed(1)}" y="${(BASE - height).toFixed(1)}" width="${(step - gap).toFixed(1)}" height="${height.toFixed(1)}" rx="2"><title>${escaped(label)}: ${value}</title></rect>`;
  });
  // About six labels, whatever the number of bars.
  const every = Math.max(1, Math.ceil(bars.length / 6));
  const labels = bars.map(({ label }, at) =>
    at % every === 0
      ? `<text x="${(left + at * step + step / 2).toFixed(1)}" y="${HEIGHT - 4}" text-anchor="middle">${escaped(label)}</text>`
      : '',
  );
  const svg = `<svg class="chart tone-${tone}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(summary)}">${lines.join('')}${rects.join('')}${labels.join('')}</svg>`;
  return { svg, bars, total, summary };
}
