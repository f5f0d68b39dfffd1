import type { Environment } from './environment.ts'

/** What every process that serves HTTP and stops gracefully reads; the gateway and each worker. */
export interface ProcessConfig {
  readonly host: string
  readonly shutdownGraceMs: number
}

export function processConfig(env: Environment): ProcessConfig {
  return {
    host: env.text('HOST', {
      meaning: 'address that the HTTP endpoints listen on',
      otherwise: '0.0.0.0',
    }),
    shutdownGraceMs: env.integer('SHUTDOWN_GRACE_MS', {
      meaning: 'after SIGTERM: what is under way may take so long to finish, or to come to a checkpoint',
      unit: 'ms',
      otherwise: 30_000,
      min: 0,
      max: 3_600_000,
    }),
  }
}
