/**
 * A path as people and `JsonPath` read it.
 *
 * @example formatJsonPath(['result', 'points', 3, 'a.b']) // 'result.points[3]["a.b"]'
 */
export function formatJsonPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[^.[\]*"\s]+$/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
