/** What a command does with the words after it. */
export type Command = (words: readonly string[]) => string | Promise<string>;

/**
 * Answers chat messages by their first word, whatever its case. `Help` lists the commands; an unknown one
 * gets that list too.
 *
 * @example
 * app.handle(TelegramBot, createResponder({ ping: () => 'pong' }));
 */
export function createResponder(
  commands: Readonly<Record<string, Command>>,
): (texts: Readonly<Record<string, string>>) => Promise<string> {
  // A Map, because what people write is data: "constructor" is no command.
  const byWord = new Map(Object.entries(commands).map(([name, command]) => [name.toLowerCase(), command]));
  const help = `I know ${[...Object.keys(commands), 'Help'].join(', ')}`;

  const answer = async (text: string): Promise<string> => {
    const [word = '', ...words] = text.trim().split(/\s+/);
    if (word.toLowerCase() === 'help') return help;
    const command = byWord.get(word.toLowerCase());
    return command === undefined ? `I don't know "${word}". ${help}` : command(words);
  };

  // Keys are the ids of chats; the bot sends one at a time, a program may send several.
  return async (texts) => (await Promise.all(Object.values(texts).map(answer))).join('\n');
}
