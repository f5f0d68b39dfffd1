import {
  certificateProblem,
  type Environment,
  privateKeyProblem,
  readableText,
} from '@flexprice/configuration'
import type { ConnectionOptions } from '@temporalio/client'
import { loadClientConnectConfig } from '@temporalio/envconfig'

export interface TemporalSettings {
  /** `host:port`. */
  readonly address: string
  readonly namespace: string
  readonly apiKey?: string
  readonly tls?: NonNullable<ConnectionOptions['tls']>
  /** How long the server holds a worker's poll, for who asks who polls; Temporal's own minute where it is not said. */
  readonly longPollMs?: number
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
  if (hasBrokenCertificate(env, new Map(secured))) return { address, namespace }
  try {
    const overrideEnvVars = Object.fromEntries(secured)
    const { apiKey, tls } = loadClientConnectConfig({ overrideEnvVars, disableFile: true }).connectionOptions
    return { address, namespace, ...(typeof apiKey === 'string' && { apiKey }), ...(tls && { tls }) }
  } catch (error) {
    // What the library alone knows to be wrong.
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

/** Tells which certificate or key cannot be used, and why. */
function hasBrokenCertificate(env: Environment, given: ReadonlyMap<string, string>): boolean {
  let broken = false
  const check = (part: string, problemOf: (pem: string) => string | undefined): string | undefined => {
    for (const name of [`TEMPORAL_TLS_${part}_DATA`, `TEMPORAL_TLS_${part}_PATH`]) {
      const value = given.get(name)
      if (value === undefined) continue
      const { text, problem } = name.endsWith('_PATH')
        ? readableText(value)
        : { text: value, problem: undefined }
      const wrong = problem ?? problemOf(text)
      if (wrong !== undefined) env.problem(name, wrong)
      broken ||= wrong !== undefined
      return text
    }
    return undefined
  }
  const certificate = check('CLIENT_CERT', certificateProblem)
  check('CLIENT_KEY', (key) => privateKeyProblem(key, certificate))
  check('SERVER_CA_CERT', certificateProblem)
  return broken
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
