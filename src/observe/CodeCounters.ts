import type { CodeCount } from './StatsSnapshot';

/** rxcomet has about 70 codes of its own, all of them spelled so; the rest are made by handlers and their libraries. */
const MAX_CODES = 128;
const WELL_FORMED = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const OTHER = 'other';

/** Counts errors by code. A code may come from anywhere: beyond 128 different ones, or when it is no identifier, it counts as `other`. */
export class CodeCounters {
  readonly #cells = new Map<string, { count: number }>();

  add(code: string, count = 1): void {
    const cell = this.#cells.get(code) ?? this.#create(code);
    cell.count += count;
  }

  snapshot(): readonly CodeCount[] {
    return Array.from(this.#cells, ([code, { count }]) => ({ code, count }));
  }

  #create(code: string): { count: number } {
    const name = this.#cells.size < MAX_CODES && WELL_FORMED.test(code) ? code : OTHER;
    let cell = this.#cells.get(name);
    if (cell === undefined) {
      cell = { count: 0 };
      this.#cells.set(name, cell);
    }
    return cell;
  }
}
