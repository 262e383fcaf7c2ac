/** Refused because of an emergency stop; the instrument itself is fine. */
export class NotArmed extends Error {
  override readonly name = 'NotArmed';
  readonly code = 'NOT_ARMED';

  constructor() {
    super('stopped by an emergency stop; send Arm first');
  }
}
