import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { assert } from '@flexprice/domain'
import type { BenchStack } from '../bench-stack.ts'

export interface BareServer extends AsyncDisposable {
  readonly url: string
  readonly pid: number
}

/** The floor's server beside the product's, on the same database and Temporal. */
export function startBareGateway(stack: BenchStack): Promise<BareServer> {
  const { tenantId, environmentId } = stack.scoped.scope
  const main = fileURLToPath(new URL('bare-gateway.ts', import.meta.url))
  return startBareServer(main, [stack.databaseUrl, stack.temporalAddress, environmentId, tenantId])
}

/** A server that prints its port, as a process of its own. */
export async function startBareServer(main: string, parameters: readonly string[]): Promise<BareServer> {
  const args = [main, ...parameters]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  // A benchmark that is interrupted gets no further than its end.
  process.once('exit', () => child.kill('SIGKILL'))
  const [output] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(startTimeoutMs) })
  assert(child.pid, 'a process that prints has an id')
  return {
    url: `http://127.0.0.1:${Number(String(output))}`,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

const startTimeoutMs = 20_000
