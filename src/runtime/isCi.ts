/** Whether the program runs under continuous integration, by the variable that all such services set. */
export function isCi(): boolean {
  const { CI } = process.env;
  return CI !== undefined && CI !== '' && CI !== 'false';
}
