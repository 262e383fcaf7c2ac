import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

/**
 * One exchange for `legacy_client.py`; the script explains the keys. `value: NaN` is written through
 * `valueText`.
 */
export interface LegacyExchange {
  readonly action?: unknown;
  readonly value?: unknown;
  /** JSON text of the value, for what JSON.stringify cannot write. */
  readonly valueText?: string;
  readonly value_length?: number;
  readonly encoding?: string;
  readonly raw?: string;
  readonly raw_length?: number;
  readonly content?: string;
  readonly garbage?: string;
  readonly pieces?: number;
  readonly delay_ms?: number;
  readonly half_close?: boolean;
  readonly only?: number;
  readonly follow_length?: number;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** What came of it. */
export interface LegacyResult {
  readonly header?: Readonly<Record<string, unknown>> | null;
  readonly text?: string;
  readonly base64?: string;
  /** Bytes after the reply. */
  readonly extra?: number;
  readonly end?: 'fin' | 'reset';
  readonly error?: string;
  readonly left?: true;
}

const run = promisify(execFile);

/** Runs `legacy_client.py` against an address and resolves with one result per exchange, in their order. */
export async function runLegacyClient(
  address: { readonly ip: string; readonly port: number },
  exchanges: readonly LegacyExchange[],
  options: { readonly parallel?: boolean } = {},
): Promise<LegacyResult[]> {
  const { stdout } = await run(
    'python3',
    [
      path.join(__dirname, 'legacy_client.py'),
      ...(options.parallel === true ? ['--parallel'] : []),
      address.ip,
      String(address.port),
      ...exchanges.map(toArgument),
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LegacyResult);
}

function toArgument({ valueText, ...exchange }: LegacyExchange): string {
  const text = JSON.stringify(exchange);
  if (valueText === undefined) return text;
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}"value":${valueText}}`;
}
