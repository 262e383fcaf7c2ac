/**
 * Control characters and changes of direction as \uXXXX, so that what a peer sent can neither break a line of
 * a log nor reach a terminal as a control sequence.
 */
export function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

/** So much of a name is shown; documented in docs/observability.md. */
const MAX_LENGTH = 200;

/** A name that a peer chose, such as an action: at most 200 characters of it, with … in place of the rest. */
export function cutName(name: string): string {
  return name.length <= MAX_LENGTH ? name : `${name.slice(0, MAX_LENGTH)}…`;
}

/** A name that a peer chose, for a sentence: in quotes that it cannot close, without controls, cut. */
export function quoteName(name: string): string {
  return escapeControls(JSON.stringify(cutName(name)));
}
