import type { DeclaredVariable } from './declared-variable.ts'
import { createEnvironment, type Environment } from './environment.ts'

/** Either a frozen configuration or everything that is wrong, one readable line each. */
export type ConfigResult<Config> =
  | { readonly ok: true; readonly config: Readonly<Config> }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Such as `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>

/** Runs the reading function over the variables; collects all problems, so that a person mends them in one go. */
export function readConfig<Config>(
  variables: Variables,
  read: (env: Environment) => Config,
): ConfigResult<Config> {
  const env = createEnvironment(variables)
  const config = read(env)
  if (env.problems.length > 0) return Object.freeze({ ok: false, problems: Object.freeze(env.problems) })
  return Object.freeze({ ok: true, config: freezeDeep(config) })
}

/** Every variable that the reading function reads, in its order: it runs over an environment without any. */
export function declaredVariables(read: (env: Environment) => unknown): readonly DeclaredVariable[] {
  const env = createEnvironment({})
  read(env)
  return env.declared()
}

/** Certificates stay as they are: bytes cannot be frozen. */
function freezeDeep<Value>(value: Value): Readonly<Value> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  for (const part of Object.values(value)) freezeDeep(part)
  return Object.freeze(value)
}
