/** How many messages there were, and how many a second. */
export function formatSpeed(messages: number, elapsedMs: number): string {
  const perSecond = elapsedMs > 0 ? (messages * 1000) / elapsedMs : 0;
  const speed = perSecond >= 10 ? Math.round(perSecond) : Math.round(perSecond * 10) / 10;
  return `${messages} ${messages === 1 ? 'message' : 'messages'}, ${speed}/s`;
}
