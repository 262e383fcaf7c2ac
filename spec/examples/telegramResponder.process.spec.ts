import { createResponder } from '../../examples/telegram-responder/createResponder';
import { telegramResponder } from '../../examples/telegram-responder/main';
import { exampleFolder } from './exampleFolder';

describe('The Telegram responder', () => {
  it('answers ping, Status and Help of a COMET client', async () => {
    const lines: string[] = [];
    const stop = await telegramResponder({
      folder: exampleFolder('telegram-responder'),
      print: (line) => lines.push(line),
    });
    await stop();

    expect(lines.slice(1)).toEqual([
      'ping -> pong',
      'Status -> chuck: 21.5 °C, sensor: -19.8 °C',
      'Status chuck -> chuck: 21.5 °C',
      'Help -> I know ping, Status, Help',
      `Selfdestruct -> I don't know "Selfdestruct". I know ping, Status, Help`,
    ]);
  });

  const responder = createResponder({ ping: () => 'pong', Echo: async (words) => words.join('+') });

  it('finds a command whatever its case, and hands it the words after it', async () => {
    await expect(responder({ '1': '  PING ' })).resolves.toBe('pong');
    await expect(responder({ '1': 'echo a  b' })).resolves.toBe('a+b');
    await expect(responder({ '1': 'help' })).resolves.toBe('I know ping, Echo, Help');
  });

  it('answers several texts at once, a line each', async () => {
    await expect(responder({ '1': 'ping', '2': 'echo x' })).resolves.toBe('pong\nx');
  });

  it('takes the names of properties that every object has for unknown words', async () => {
    for (const word of ['constructor', '__proto__', 'toString', '']) {
      await expect(responder({ '1': word })).resolves.toBe(`I don't know "${word}". I know ping, Echo, Help`);
    }
  });

  it('fails when a command fails, so that the bot gets an error', async () => {
    const broken = createResponder({ Status: () => Promise.reject(new Error('no contact')) });
    await expect(broken({ '1': 'Status' })).rejects.toThrow('no contact');
  });
});
