/** Stands for a positioning table that moves by whole millimetres. */
export class SimulatedTable {
  #mm = 0;

  get mm(): number {
    return this.#mm;
  }

  stepTowards(to: number): void {
    this.#mm += Math.sign(to - this.#mm);
  }
}
