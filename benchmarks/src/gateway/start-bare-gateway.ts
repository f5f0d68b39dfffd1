import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { assert } from '@flexprice/domain'
import type { BenchStack } from '../bench-stack.ts'

export interface BareGateway extends AsyncDisposable {
  readonly url: string
  readonly pid: number
}

/** The floor's server beside the product's, on the same database and Temporal. */
export async function startBareGateway(stack: BenchStack): Promise<BareGateway> {
  const { tenantId, environmentId } = stack.scoped.scope
  const main = fileURLToPath(new URL('bare-gateway.ts', import.meta.url))
  const args = [main, stack.databaseUrl, stack.temporalAddress, environmentId, tenantId]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
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
