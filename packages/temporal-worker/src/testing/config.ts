import { type ConfigResult, readConfig } from '../config-result.ts'
import { type WorkerConfig, workerConfig } from '../worker-config.ts'

interface ProbeWorkerConfig extends WorkerConfig {
  readonly dependencyMissing: boolean
}

export function probeWorkerConfig(): ConfigResult<ProbeWorkerConfig> {
  return readConfig(process.env, (env) => ({
    ...workerConfig(env),
    dependencyMissing: env.text('PROBE_DEPENDENCY') === 'missing',
  }))
}
