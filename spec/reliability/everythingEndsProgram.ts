import { awaitedCases, createSurroundings, withoutFakeTimers } from './awaitedCases';

/*
 * Awaits one case after the other, from the number given on, each with nothing else that would keep the
 * process: run by everythingEnds.process.spec.ts. Prints the number and the name of each before it begins,
 * and `all` at the end.
 */

async function main(): Promise<void> {
  const from = Number(process.argv[2] ?? 0);
  const cells = Object.entries({ ...awaitedCases, ...withoutFakeTimers }).flatMap(([name, conditions]) =>
    Object.entries(conditions).flatMap(([condition, begin]) =>
      typeof begin === 'string' ? [] : [{ name: `${name}: ${condition}`, begin }],
    ),
  );
  const open = process.getActiveResourcesInfo().filter(isOutside).length;
  for (const [index, { name, begin }] of cells.entries()) {
    if (index < from) continue;
    process.stdout.write(`${index} ${name}\n`);
    const around = await createSurroundings();
    await Promise.resolve(begin(around)).then(
      () => undefined,
      () => undefined,
    );
    await around.stop();
    const left = process.getActiveResourcesInfo().filter(isOutside);
    if (left.length > open) process.stdout.write(`${index} ${name} leaves open: ${left.join(', ')}\n`);
  }
  process.stdout.write('all\n');
}

/** What keeps a process for longer than a call of the system, and is not of the program itself. */
function isOutside(kind: string): boolean {
  return !/^(PipeWrap|TTYWrap|Immediate|TickObject|FSReq.*|CloseReq)$/.test(kind);
}

void main();
