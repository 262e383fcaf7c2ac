import { dewPoint } from '../../examples/reactive-composition/dewPoint';
import { reactiveComposition } from '../../examples/reactive-composition/main';
import { exampleFolder } from './exampleFolder';

describe('The reactive composition', () => {
  it('computes, stores, warns and is followed, and gives out the rest at the end', async () => {
    const lines: string[] = [];
    const stop = await reactiveComposition({
      folder: exampleFolder('reactive-composition'),
      print: (line) => lines.push(line),
    });
    await stop();

    expect(lines).toContain('dew points followed: 1.9, 4.1, 9.3, 1.9 °C');
    expect(lines.filter((line) => line.startsWith('Archive'))).toEqual([
      'Archive  <- [1.9,4.1,9.3]',
      'Archive  <- [1.9]',
    ]);
    expect(lines.filter((line) => line.startsWith('Telegram'))).toEqual([
      'Telegram <- {"lab":"Dew point too high: flush with nitrogen"}',
      'Telegram <- {"lab":"Dry again"}',
    ]);
  });

  it('knows the dew point', () => {
    expect(dewPoint(20, 100)).toBeCloseTo(20);
    expect(dewPoint(25, 50)).toBeCloseTo(13.9, 1);
    expect(dewPoint(-20, 60)).toBeLessThan(-20);
  });
});
