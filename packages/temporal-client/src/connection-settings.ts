import type { ConnectionOptions } from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'

const addressDefault = '127.0.0.1:7233'
const namespaceDefault = 'default'

/**
 * Where Temporal is, from Temporal's own variables (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`,
 * `TEMPORAL_API_KEY`, `TEMPORAL_TLS*`). Throws an error that names what cannot be read (a certificate's path).
 */
export function temporalSettings(env: NodeJS.ProcessEnv): TemporalSettings {
  const { connectionOptions, namespace } = loadClientConnectConfig({
    overrideEnvVars: given(env),
    disableFile: true,
  })
  return {
    address: connectionOptions.address ?? addressDefault,
    namespace: namespace ?? namespaceDefault,
    ...(typeof connectionOptions.apiKey === 'string' && { apiKey: connectionOptions.apiKey }),
    ...(connectionOptions.tls && { tls: connectionOptions.tls }),
  }
}

function given(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

export interface TemporalSettings {
  /** `host:port`. */
  readonly address: string
  readonly namespace: string
  readonly apiKey?: string
  readonly tls?: NonNullable<ConnectionOptions['tls']>
}
