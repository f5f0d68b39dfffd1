import type { Environment } from '@flexprice/configuration'
import type { ConnectionOptions } from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'

export interface TemporalSettings {
  /** `host:port`. */
  readonly address: string
  readonly namespace: string
  readonly apiKey?: string
  readonly tls?: NonNullable<ConnectionOptions['tls']>
}

/**
 * Where Temporal is, for clients and workers alike, from Temporal's own variables, understood by Temporal's own
 * library. By a path of its own (`/settings`): who wants only the settings loads no client.
 */
export function temporalSettings(env: Environment): TemporalSettings {
  const address = env.text('TEMPORAL_ADDRESS', {
    meaning: "Temporal's frontend, `host:port`",
    otherwise: '127.0.0.1:7233',
  })
  const namespace = env.text('TEMPORAL_NAMESPACE', {
    meaning: 'the namespace in it',
    otherwise: 'default',
  })
  const secured = securityVariables(env)
  try {
    const overrideEnvVars = Object.fromEntries(secured)
    const { apiKey, tls } = loadClientConnectConfig({ overrideEnvVars, disableFile: true }).connectionOptions
    return { address, namespace, ...(typeof apiKey === 'string' && { apiKey }), ...(tls && { tls }) }
  } catch (error) {
    // A certificate that cannot be read.
    env.problem('TEMPORAL_TLS_*', error instanceof Error ? error.message : String(error))
    return { address, namespace }
  }
}

/** Those that are given. The library takes what it does not understand for none, and TLS would be off in silence. */
function securityVariables(env: Environment): [name: string, value: string][] {
  const tls = env.oneOf('TEMPORAL_TLS', ['true', 'false', '1', '0'], {
    meaning: 'TLS on or off; it is on by itself with an API key or any of the variables below',
    otherwise: undefined,
  })
  const given: [string, string | undefined][] = [
    ['TEMPORAL_TLS', tls],
    ...Object.entries(securityMeanings).map(([name, meaning]): [string, string | undefined] => [
      name,
      env.text(name, { meaning, otherwise: undefined }),
    ]),
  ]
  const isGiven = (kind: string): boolean =>
    given.some(([name, value]) => value !== undefined && name.startsWith(`TEMPORAL_TLS_CLIENT_${kind}_`))
  if (isGiven('CERT') !== isGiven('KEY')) {
    env.problem('TEMPORAL_TLS_CLIENT_CERT_*', 'goes together with TEMPORAL_TLS_CLIENT_KEY_*')
  }
  return given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
}

const securityMeanings = {
  TEMPORAL_API_KEY: "an API key of Temporal Cloud's",
  TEMPORAL_TLS_CLIENT_CERT_PATH: 'a file with the client certificate (PEM), for mutual TLS',
  TEMPORAL_TLS_CLIENT_CERT_DATA: 'the client certificate itself',
  TEMPORAL_TLS_CLIENT_KEY_PATH: "a file with the client certificate's key (PEM)",
  TEMPORAL_TLS_CLIENT_KEY_DATA: 'the key itself',
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: "a file with the authority's certificate (PEM) that signed the server's",
  TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'that certificate itself',
  TEMPORAL_TLS_SERVER_NAME: "the server's name in its certificate, if it is not the address's",
} as const
