/**
 * How a process reads its environment: each variable by one call that says its name, default, unit and meaning, so
 * that the reading functions are also what documents them. It must never depend on another of our packages, and
 * never read `process.env` itself: a `config.ts` hands it in.
 */
export { certificateProblem, privateKeyProblem, readableText } from './certificate-problem.ts'
export { configOrExit } from './config-or-exit.ts'
export type { DeclaredVariable } from './declared-variable.ts'
export type { Environment } from './environment.ts'
export { type ProcessConfig, processConfig } from './process-config.ts'
export { type ConfigResult, declaredVariables, readConfig, type Variables } from './read-config.ts'
