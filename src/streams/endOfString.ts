/**
 * Index of the quote that closes the JSON string whose opening quote stands at `from`, or the length of the text when none does.
 */
export function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash) at += 1;
  }
  return text.length;
}

const quote = 0x22;
const backslash = 0x5c;
