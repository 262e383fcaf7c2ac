'use strict';

const { loadPeer } = require('./peers');

/** Three digits, thousands separated. */
function figure(number) {
  if (number === undefined) return '';
  return number >= 1000 ? Math.round(number).toLocaleString('en-US') : String(Number(number.toPrecision(3)));
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** A ratio with its quartiles: `0.62 (0.60–0.65)`. */
function spread({ median, low, high }, scale = 1) {
  return `${figure(median * scale)} (${figure(low * scale)}–${figure(high * scale)})`;
}

function nameOf({ key, title, server, client, variant }) {
  if (title !== undefined) return title;
  const name = server === client ? loadPeer(server).title : key;
  return variant === undefined ? name : `${name}, ${Number(variant).toLocaleString('en-US')}`;
}

/** The ratio that the scenario is about stands out. `state`: what the twins are. */
function ratesTable(rows, compare, state) {
  const latency = rows.some(({ p50Us }) => p50Us !== undefined);
  const ratio = (kind, text) => (kind === compare ? `**${text} ÷ baseline**` : `${text} ÷ baseline`);
  const head = ['peer', 'messages/s', 'CPU µs server', 'CPU µs client'];
  head.push(ratio('cpu', 'CPU both'), ratio('speed', 'messages/s'));
  if (latency) head.push('p50 µs', 'p99 µs', ratio('p50', 'p50'));
  if (state !== undefined)
    head.push(`CPU both ÷ ${state}`, latency ? `p50 ÷ ${state}` : `messages/s ÷ ${state}`);
  const cells = rows.map((row) => {
    if (row.failure !== undefined)
      return [nameOf(row), `failed: ${oneLine(row.failure)}`, ...head.slice(2).map(() => '')];
    const { ratios } = row;
    const own = [figure(row.perSecond), figure(row.serverCpuUs), figure(row.clientCpuUs)];
    const compared = row.isBaseline ? ['1', '1'] : [spread(ratios.cpu), spread(ratios.speed)];
    const timed = latency
      ? [figure(row.p50Us), figure(row.p99Us), row.isBaseline ? '1' : spread(ratios.p50)]
      : [];
    return [nameOf(row), ...own, ...compared, ...timed, ...besideTwin(row, latency, state)];
  });
  return table(head, cells);
}

function besideTwin({ twinRatios }, latency, state) {
  if (state === undefined) return [];
  if (twinRatios === undefined) return ['', ''];
  return [spread(twinRatios.cpu), spread(latency ? twinRatios.p50 : twinRatios.speed)];
}

function idleTable(rows) {
  return table(
    ['peer', 'RSS, KiB a connection', 'heap, KiB a connection'],
    rows.map((row) =>
      row.failure !== undefined
        ? [loadPeer(row.peer).title, `failed: ${oneLine(row.failure)}`, '']
        : [loadPeer(row.peer).title, spread(row.rss, 1 / 1024), spread(row.heap, 1 / 1024)],
    ),
  );
}

function flatTable(rows) {
  const mib = (bytes) => figure(bytes / 2 ** 20);
  return table(
    ['peer', 'offered, MiB', 'seconds', 'server grew, MiB', 'client grew, MiB'],
    rows.map((row) =>
      row.failure !== undefined
        ? [loadPeer(row.peer).title, `failed: ${oneLine(row.failure)}`, '', '', '']
        : [loadPeer(row.peer).title, mib(row.offered), figure(row.seconds), mib(row.server), mib(row.client)],
    ),
  );
}

const tables = { rates: ratesTable, idle: idleTable, flat: flatTable };

function oneLine(text) {
  return text.replaceAll('|', '/').replaceAll('\n', ' ').slice(0, 160);
}

/** One scenario in Markdown. */
function scenarioMarkdown({ title, kind, compare, state, rows }) {
  return `### ${title}\n\n${tables[kind](rows, compare, state)}\n`;
}

/** Machine and versions in Markdown. */
function machineMarkdown({ machine, versions, started, options }) {
  const { cpu, cores, memoryGiB, system, node, v8, pinned, load } = machine;
  return [
    `Taken ${started} on ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node.js ${node} (V8 ${v8}), load ${load.join(' ')}.`,
    pinned ? '' : 'Processes could not be pinned to cores here: no taskset.',
    options.quick ? 'A quick run: its figures show that everything works, no more.' : '',
    `Peers: ${Object.entries(versions)
      .map(([name, version]) => `${loadPeer(name).title} ${version}`)
      .join(', ')}.`,
    '',
  ]
    .filter((line, i, lines) => line !== '' || i === lines.length - 1)
    .join('\n');
}

/** Goals and whether they were reached, in Markdown. */
function goalsMarkdown(judged) {
  if (judged.length === 0) return '';
  const rows = judged.map(({ text, sense, limit, value, reached }) => [
    text,
    `${sense === 'most' ? '≤' : '≥'} ${figure(limit)}`,
    figure(value),
    reached ? 'reached' : `missed by ${figure(Math.abs(value - limit))}`,
  ]);
  return `### Goals\n\n${table(['figure', 'goal', 'measured', ''], rows)}\n`;
}

module.exports = { nameOf, scenarioMarkdown, machineMarkdown, goalsMarkdown };
