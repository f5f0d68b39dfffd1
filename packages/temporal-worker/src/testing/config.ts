import { type ConfigResult, readConfig } from '@flexprice/configuration'
import { type WorkerConfig, workerConfig } from '../worker-config.ts'

interface ProbeWorkerConfig extends WorkerConfig {
  readonly dependencyMissing: boolean
}

export function probeWorkerConfig(): ConfigResult<ProbeWorkerConfig> {
  return readConfig(process.env, (env) => ({
    ...workerConfig(env),
    dependencyMissing:
      env.text('PROBE_DEPENDENCY', { meaning: 'how it is', otherwise: 'there' }) === 'missing',
  }))
}
