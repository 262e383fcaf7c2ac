import { cutName } from './cutName';
import { escapeControls } from './escapeControls';

/** A name that a peer chose, for a sentence: in quotes that it cannot close, without controls, cut. */
export function quoteName(name: string): string {
  return escapeControls(JSON.stringify(cutName(name)));
}
