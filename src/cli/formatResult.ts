import { encodeJson } from '../index';

/**
 * One result for stdout: a line of text as it is, anything else as JSON. Bytes are given as they came, without a line end, so that they
 * can go into a file; with `json` as {"base64": …}.
 */
export function formatResult(result: unknown, json: boolean): string | Uint8Array {
  if (result instanceof Uint8Array) return json ? `${bytesAsJson(result)}\n` : result;
  return `${typeof result === 'string' && !json ? result : encodeJson(result)}\n`;
}

function bytesAsJson(bytes: Uint8Array): string {
  return JSON.stringify({ base64: Buffer.from(bytes).toString('base64') });
}
