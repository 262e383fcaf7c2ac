import { type Shape, shapes } from '../runtime/checkArguments';

/** The option that adds the handlers under test. */
export const handlersShape: Shape = {
  expected: "a function such as (app) => app.handle('Move', move)",
  fits: shapes.callback.fits,
};

/** A configuration. */
export const configShape: Shape = {
  expected: 'a configuration, as loadConfig or parseConfig gives it',
  fits: (value) => shapes.object.fits(value) && Array.isArray((value as { readonly hosts?: unknown }).hosts),
};
