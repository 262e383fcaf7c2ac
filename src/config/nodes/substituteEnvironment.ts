/** Values of environment variables by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The text after substitution, with the variables it names, or what is wrong with it. */
export type Substitution =
  | { readonly text: string; readonly variables: readonly string[] }
  | { readonly message: string; readonly remedy: string };

/** `$${`, or `${` up to the next `}`, or a `${` that is never closed. */
const REFERENCE = /\$\$\{|\$\{([^}]*)\}|\$\{/g;

const NAME_AND_DEFAULT = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Replaces `${NAME}` and `${NAME:-default}`; the default also stands in for an empty variable, as in a shell.
 * `$${` is a literal `${`.
 *
 * @example substituteEnvironment('${HOST:-127.0.0.1}', {}) // { text: '127.0.0.1', variables: ['HOST'] }
 */
export function substituteEnvironment(text: string, environment: Environment): Substitution {
  const variables: string[] = [];
  let failure: { message: string; remedy: string } | undefined;
  const replaced = text.replace(REFERENCE, (whole, inside: string | undefined) => {
    if (whole === '$${') return '${';
    const [, name, fallback] = NAME_AND_DEFAULT.exec(inside ?? '') ?? [];
    if (name === undefined) {
      failure ??= {
        message: inside === undefined ? '${ is not closed' : `\${${inside}} is no variable`,
        remedy: 'write ${NAME} or ${NAME:-default}, and $${ for a literal ${',
      };
      return '';
    }
    variables.push(name);
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (fallback !== undefined && (value === undefined || value === '')) return fallback;
    if (value === undefined) {
      failure ??= {
        message: `the environment variable ${name} is not set`,
        remedy: `set it, or give a default: \${${name}:-default}`,
      };
    }
    return value ?? '';
  });
  return failure ?? { text: replaced, variables };
}
