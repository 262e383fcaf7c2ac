import type { SoakSample } from './soak';

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly valueOf: (sample: SoakSample) => number;
}

const WIDTH = 800;
const PANEL_HEIGHT = 160;
const LEFT = 70;
const LINES: readonly Line[] = [
  { name: 'RSS, MiB', colour: '#1f5fa8', valueOf: ({ rssMib }) => rssMib },
  { name: 'heap in use, MiB', colour: '#2a7f3f', valueOf: ({ heapMib }) => heapMib },
  { name: 'open handles', colour: '#a8431f', valueOf: ({ handles }) => handles },
];

/** An SVG with a panel for each figure over time, from zero. */
export function plotSoak(samples: readonly SoakSample[]): string {
  const seconds = Math.max(1, ...samples.map((sample) => sample.seconds));
  const panels = LINES.map((line, index) => panel(line, samples, seconds, index * PANEL_HEIGHT));
  const height = LINES.length * PANEL_HEIGHT + 30;
  const axis = `<text x="${WIDTH - 10}" y="${height - 8}" text-anchor="end">${seconds.toFixed(0)} s</text>`;
  const style = 'font-family="sans-serif" font-size="12"';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" ${style}>
<rect width="100%" height="100%" fill="white"/>
${panels.join('\n')}
${axis}
</svg>
`;
}

function panel(line: Line, samples: readonly SoakSample[], seconds: number, top: number): string {
  const most = Math.max(1, ...samples.map(line.valueOf));
  const x = (sample: SoakSample): number => LEFT + (sample.seconds / seconds) * (WIDTH - LEFT - 10);
  const bottom = top + PANEL_HEIGHT - 10;
  const y = (value: number): number => bottom - (value / most) * (PANEL_HEIGHT - 40);
  const points = samples.map((sample) => `${x(sample).toFixed(1)},${y(line.valueOf(sample)).toFixed(1)}`);
  return `<g>
<text x="${LEFT}" y="${top + 20}" fill="${line.colour}">${line.name}</text>
<text x="${LEFT - 6}" y="${y(most) + 4}" text-anchor="end">${most.toFixed(0)}</text>
<text x="${LEFT - 6}" y="${bottom}" text-anchor="end">0</text>
<line x1="${LEFT}" y1="${bottom}" x2="${WIDTH - 10}" y2="${bottom}" stroke="#999"/>
<polyline points="${points.join(' ')}" fill="none" stroke="${line.colour}" stroke-width="1.5"/>
</g>`;
}
