/** So much of a name is shown; documented in docs/observability.md. */
const MAX_LENGTH = 200;

/** A name that a peer chose, such as an action: at most 200 characters of it, with … in place of the rest. */
export function cutName(name: string): string {
  return name.length <= MAX_LENGTH ? name : `${name.slice(0, MAX_LENGTH)}…`;
}
