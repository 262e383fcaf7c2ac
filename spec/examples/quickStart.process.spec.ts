import { quickStart } from '../../examples/quick-start/main';
import { exampleFolder } from './exampleFolder';

describe('The quick start', () => {
  it('sends one message detached and one awaited, and shows both arrive', async () => {
    const lines: string[] = [];
    const stop = await quickStart({
      folder: exampleFolder('quick-start'),
      print: (line) => lines.push(line),
    });
    await stop();

    expect(lines[0]).toMatch(/^host {4}listening on 127\.0\.0\.1:\d+$/);
    expect(lines.filter((line) => line.startsWith('host    <-'))).toEqual([
      expect.stringMatching(/^host {4}<- 127\.0\.0\.1:\d+ Log "ramp started"$/),
      expect.stringMatching(/^host {4}<- 127\.0\.0\.1:\d+ Status 4$/),
    ]);
    expect(lines.slice(-1)).toEqual(['client  <- {"unit":4,"state":"idle","temperature":21.5}']);
    expect(lines.join('\n')).not.toContain('failed');
  });
});
