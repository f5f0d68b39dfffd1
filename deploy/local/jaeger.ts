import { writeFileSync } from 'node:fs'
import path from 'node:path'
import getPort from 'get-port'
import { freePort } from './free-port.ts'
import { builtJaeger, jaegerVersion } from './jaeger-build.ts'
import { type JaegerPorts, jaegerFlags, jaegerSettings } from './jaeger-settings.ts'
import { findCommand } from './run-command.ts'
import type { StackRun } from './stack-run.ts'
import { waitUntilReady } from './wait-until-ready.ts'

export interface JaegerPart {
  readonly taken: string
  /** The person's own exporter settings are in force. */
  readonly given: boolean
  /** Its query API, and its page. */
  readonly url: string | undefined
  /** One that is built from source has no page to look at, only its query API. */
  readonly isPageStub: boolean
  readonly otlpEndpoint: string | undefined
  /** Of its collector for Thrift over HTTP. */
  readonly jaegerEndpoint: string | undefined
}

const readyTimeoutMs = 30_000
const answerTimeoutMs = 2_000

/** Jaeger: the given collector, a program on the PATH, with --jaeger one built from source; or none. */
export async function startJaeger(
  run: StackRun,
  asked: boolean,
  tell: (doing: string) => void,
): Promise<JaegerPart> {
  const { otlpEndpoint, jaegerEndpoint } = run.config.given
  if (otlpEndpoint) return given(`OTEL_EXPORTER_OTLP_ENDPOINT (${otlpEndpoint})`)
  if (jaegerEndpoint) return given(`JAEGER_ENDPOINT (${jaegerEndpoint})`)
  const second = findCommand(['jaeger'], run.config.searchPath)
  const first = second ? undefined : findCommand(['jaeger-all-in-one'], run.config.searchPath)
  if (!second && !first && !asked) {
    return {
      taken: 'none: spans are dropped (--jaeger brings it)',
      given: false,
      url: undefined,
      isPageStub: false,
      otlpEndpoint: undefined,
      jaegerEndpoint: undefined,
    }
  }
  const command = second ?? first ?? (await builtJaeger(run, tell))
  const ports = await jaegerPorts(run)
  const server = run.processes.start({
    name: 'jaeger',
    command,
    args: second ? ['--config', writeSettings(run, ports)] : jaegerFlags(ports),
    // It would trace itself too, to a collector at the usual port.
    environment: { ...run.config.environment, OTEL_TRACES_SAMPLER: 'always_off' },
    cwd: run.config.localDir,
    stopSignal: 'SIGTERM',
  })
  const url = `http://127.0.0.1:${ports.query}`
  await waitUntilReady({
    step: 'Jaeger',
    process: server,
    timeoutMs: readyTimeoutMs,
    remedy:
      'Its log says why. Leave --jaeger out, or give a running collector by OTEL_EXPORTER_OTLP_ENDPOINT.',
    signal: run.signal,
    isReady: async () => {
      const answer = await fetch(`${url}/api/services`, { signal: AbortSignal.timeout(answerTimeoutMs) })
      if (!answer.ok) throw new Error(`its query API answers ${answer.status}`)
    },
  })
  const isPageStub = !second && !first
  const source = isPageStub
    ? `built ${jaegerVersion} (its own page is a stub)`
    : `${path.basename(command)} of the PATH`
  return {
    taken: `${source}, query API on ${url}, OTLP on ${ports.otlpHttp}, Thrift over HTTP on ${ports.thriftHttp}`,
    given: false,
    url,
    isPageStub,
    otlpEndpoint: `http://127.0.0.1:${ports.otlpHttp}`,
    jaegerEndpoint: `http://127.0.0.1:${ports.thriftHttp}`,
  }
}

function given(taken: string): JaegerPart {
  return {
    ...{ taken, given: true, url: undefined, isPageStub: false },
    ...{ otlpEndpoint: undefined, jaegerEndpoint: undefined },
  }
}

async function jaegerPorts(run: StackRun): Promise<JaegerPorts> {
  return {
    query: await freePort('jaeger-query', run.settings),
    otlpHttp: await freePort('jaeger-otlp', run.settings),
    thriftHttp: await freePort('jaeger-thrift', run.settings),
    // Nobody calls these; they only must not collide with another copy's.
    queryGrpc: await getPort(),
    otlpGrpc: await getPort(),
    collectorGrpc: await getPort(),
    admin: await getPort(),
  }
}

function writeSettings(run: StackRun, ports: JaegerPorts): string {
  const file = path.join(run.config.localDir, 'jaeger.json')
  writeFileSync(file, JSON.stringify(jaegerSettings(ports), null, 2), { mode: 0o600 })
  return file
}
