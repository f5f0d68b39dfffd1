import { describeVariables } from './declared-variable.ts'
import type { Environment } from './environment.ts'
import { type ConfigResult, declaredVariables } from './read-config.ts'

/**
 * The configuration; or the process ends before it starts half, with what is wrong on standard error and
 * status 1. With `--check-config` it ends here in any case, and with `--help` after the list of what `describe`
 * reads: the reading function behind the result.
 */
export function configOrExit<Config>(
  result: ConfigResult<Config>,
  commandLine: readonly string[],
  describe?: (env: Environment) => unknown,
): Readonly<Config> {
  if (describe !== undefined && commandLine.includes('--help')) {
    const list = describeVariables(declaredVariables(describe))
    process.stdout.write(
      `Reads these environment variables; --check-config says whether they are usable.\n\n${list}`,
    )
    process.exit(0)
  }
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
