import { RxcometError } from './RxcometError';

/** An actor of that name lives (or is still stopping) under the same parent. */
export class NameTaken extends RxcometError {
  override readonly name = 'NameTaken';
  readonly code = 'ERR_NAME_TAKEN';

  constructor(readonly path: string) {
    super(`there is an actor ${path} already; its name is free once it has stopped`);
  }
}
