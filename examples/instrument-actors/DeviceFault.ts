/** The instrument reports a fault and has to be set up anew. Code and message go to whoever asked. */
export class DeviceFault extends Error {
  override readonly name = 'DeviceFault';
  readonly code = 'DEVICE_FAULT';
}
