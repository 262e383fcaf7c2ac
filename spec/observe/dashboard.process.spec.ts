import { readFileSync } from 'node:fs';
import path from 'node:path';
import { metricFamilies } from '../../src/observe/metrics/metricFamilies';
import { createTestStats } from './createTestStats';
import { openMetrics } from './openMetrics';

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit: string } };
  readonly targets?: readonly Target[];
}

const docs = path.join(__dirname, '..', '..', 'docs');
const dashboard = JSON.parse(readFileSync(path.join(docs, 'grafana', 'rxcomet.json'), 'utf8')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
};
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const targets = panels.flatMap((panel) => (panel.targets ?? []).map((target) => ({ ...target, panel })));
const queries = [
  ...targets.map(({ expr }) => expr),
  ...dashboard.templating.list.flatMap(({ definition }) => definition ?? []),
];
/** Labels a Prometheus adds to what it scrapes, and the one of histograms. */
const ADDED_LABELS = ['job', 'instance', 'le'];

function metricsIn(query: string): string[] {
  return [...query.matchAll(/\brxcomet_\w+/g)].map(([name]) => name);
}

/** The family of a name in a query; a histogram is asked by its parts. */
function familyOf(name: string): (typeof metricFamilies)[number] | undefined {
  return metricFamilies.find((family) =>
    family.type === 'histogram'
      ? ['_bucket', '_sum', '_count'].some((part) => name === family.name + part)
      : name === family.name,
  );
}

describe('The dashboard', () => {
  it('asks for nothing the endpoint does not show, and for everything it shows', async () => {
    const test = createTestStats();
    const { server, listen, scrape } = openMetrics(test);
    await listen();
    test.handle('Move', 1, 'ERR_HANDLER_FAILED');
    test.send(1, 'ERR_REMOTE');
    test.stats.failed('ERR_QUEUE_FULL');
    const page = await scrape();
    await server.close();
    const shown = new Set(page.flatMap(({ samples }) => samples.map(({ name }) => name)));
    const asked = queries.flatMap(metricsIn);
    expect(asked.filter((name) => !shown.has(name))).toEqual([]);
    expect(
      page
        .map(({ name }) => name)
        .filter((name) => !asked.some((other) => other === name || other === `${name}_bucket`)),
    ).toEqual([]);
  });

  it.each(targets.map(({ expr, legendFormat, panel }) => ({ title: panel.title, expr, legendFormat })))(
    'groups and names by labels that exist: $title, $legendFormat',
    ({ expr, legendFormat }) => {
      const [name = ''] = metricsIn(expr);
      const known = [...ADDED_LABELS, ...(familyOf(name)?.labels ?? [])];
      const grouped = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(', ') ?? [];
      const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      expect(grouped.filter((label) => !known.includes(label))).toEqual([]);
      // A label that is grouped away is empty in the legend.
      expect(named.filter((label) => !grouped.includes(label))).toEqual([]);
    },
  );

  it.each(targets.map(({ expr, panel }) => ({ title: panel.title, expr, panel })))(
    'takes rates of what grows and nothing else, in its unit: $title, $expr',
    ({ expr, panel }) => {
      const [name = ''] = metricsIn(expr);
      const family = familyOf(name);
      expect(expr.includes('rate(')).toBe(family?.type !== 'gauge');
      expect(expr).toContain('{job=~"$job",instance=~"$instance"}');
      const unit = panel.fieldConfig?.defaults.unit;
      expect(unit === 's').toBe(/_seconds(_bucket)?$/.test(name));
      expect(unit === 'bytes' || unit === 'Bps').toBe(/_bytes(_total)?$/.test(name));
    },
  );

  it('has quantiles of both histograms', () => {
    for (const name of ['rxcomet_handler_duration_seconds', 'rxcomet_send_duration_seconds']) {
      expect(
        queries.filter((expr) => expr.startsWith('histogram_quantile(') && expr.includes(name)),
      ).toHaveLength(3);
    }
  });

  it('has a number and a place of its own for each panel', () => {
    const { panels: all } = dashboard;
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const taken = all.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(taken).size).toBe(taken.length);
    expect(all.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });
});

describe('docs/observability.md', () => {
  const text = readFileSync(path.join(docs, 'observability.md'), 'utf8');

  it('lists every metric with its type, labels and meaning', () => {
    const rows = [...text.matchAll(/^\| `(rxcomet_\w+)` +\| (\w+) +\| (.*?) +\| (.*?) +\|$/gm)];
    expect(rows.map(([, name, type, labels, help]) => [name, type, labels, help])).toEqual(
      metricFamilies.map(({ name, type, labels, help }) => [
        name,
        type,
        labels.length === 0 ? '-' : labels.map((label) => `\`${label}\``).join(', '),
        help.replace(/\.$/, ''),
      ]),
    );
  });

  it('names the bounds of the buckets', () => {
    const { stats } = createTestStats();
    const reader = stats.open();
    const bounds = reader.snapshot().clients[0]?.duration.boundsSeconds;
    reader.close();
    expect(text.replace(/\s+/g, ' ')).toContain(`${bounds?.join(', ')} s`);
  });
});
