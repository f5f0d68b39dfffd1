import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { testTemporalSettings } from '@flexprice/testing/temporal'
import { Client, Connection } from '@temporalio/client'
import { msToTs } from '@temporalio/common/lib/time.js'
import { expect, test } from 'vitest'
import { applySearchAttributes } from './apply-search-attributes.ts'
import { createTemporal } from './create-temporal.ts'

const readyTimeoutMs = 30_000

test('a fresh namespace gets our search attributes, once; one of another type is refused', async () => {
  const { address } = testTemporalSettings()
  const namespace = `attributes-${randomUUID()}`
  const connection = await Connection.connect({ address })
  const client = new Client({ connection, namespace })
  try {
    const workflowExecutionRetentionPeriod = msToTs('1 day')
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod })
    await untilKnown(client)
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { EntityId: 2 } })

    await using temporal = createTemporal({ address, namespace })
    const made = ['TenantId', 'EnvironmentId', 'EntityType', 'RequestId']
    expect(await temporal.applySearchAttributes()).toEqual(made)
    expect(await temporal.applySearchAttributes()).toEqual([])

    await connection.operatorService.removeSearchAttributes({ namespace, searchAttributes: ['TenantId'] })
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { TenantId: 3 } })
    await expect(applySearchAttributes(client, connection)).rejects.toMatchObject({
      code: 'state_conflict',
      message: expect.stringContaining('TenantId'),
    })
  } finally {
    await connection.close()
  }
})

/** The server learns of a new namespace a moment after it was made. */
async function untilKnown(client: Client): Promise<void> {
  const deadline = performance.now() + readyTimeoutMs
  for (;;) {
    const { namespace } = client.options
    const known = await client.connection.workflowService.countWorkflowExecutions({ namespace }).then(
      () => true,
      () => false,
    )
    if (known) return
    if (performance.now() > deadline) throw new Error('The namespace does not become known')
    await sleep(200)
  }
}
