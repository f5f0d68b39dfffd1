import { createEnvironment, type Environment } from './environment.ts'

/** Either a frozen configuration or everything that is wrong, one readable line each. */
export type ConfigResult<Config> =
  | { readonly ok: true; readonly config: Readonly<Config> }
  | { readonly ok: false; readonly problems: readonly string[] }

export function readConfig<Config>(
  variables: Readonly<Record<string, string | undefined>>,
  read: (env: Environment) => Config,
): ConfigResult<Config> {
  const env = createEnvironment(variables)
  const config = read(env)
  return env.problems.length > 0
    ? { ok: false, problems: env.problems }
    : { ok: true, config: Object.freeze(config) }
}

/**
 * The configuration; or the process ends before it starts half, with what is wrong on standard error and
 * status 1. With `--check-config` it ends here in any case.
 */
export function configOrExit<Config>(
  result: ConfigResult<Config>,
  commandLine: readonly string[],
): Readonly<Config> {
  if (!result.ok) {
    process.stderr.write(
      `The configuration is not usable:\n${result.problems.map((line) => `  ${line}\n`).join('')}`,
    )
    process.exit(1)
  }
  if (commandLine.includes('--check-config')) {
    process.stdout.write('The configuration is usable.\n')
    process.exit(0)
  }
  return result.config
}
