import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createTemporal } from './create-temporal.ts'

const longerThanTheRetriesMs = 2_000

test('closing while a call is between two tries ends quietly: nothing is thrown where nobody catches it', async () => {
  const uncaught: unknown[] = []
  const note = (error: unknown) => uncaught.push(error)
  process.on('uncaughtException', note)
  try {
    const temporal = createTemporal({ address: `127.0.0.1:${await closedPort()}`, namespace: 'test-1' })
    const search = temporal.searchWorkflows(
      { tenantId: 't', environmentId: 'e' },
      {},
      { limit: 1, offset: 0 },
    )
    await expect(search).rejects.toMatchObject({ code: 'service_unavailable' })
    await temporal[Symbol.asyncDispose]()
    await sleep(longerThanTheRetriesMs)
    expect(uncaught).toEqual([])
  } finally {
    process.off('uncaughtException', note)
  }
})

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
