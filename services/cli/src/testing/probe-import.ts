import type { Operation } from '@flexprice/contracts/wire'
import { defineContract, defineWorkflow } from '@flexprice/contracts/workflows'
import { z } from 'zod'

/** A workflow that is in no registry: what it needs to have a command is what a new one brings anyway. */
export const probeImport = defineContract({
  definition: defineWorkflow({
    name: 'probe-import',
    type: 'ProbeImportWorkflow',
    summary: 'Imports what was probed',
    entityType: 'probe',
    whenRunning: { policy: 'reuse' },
    executionTimeout: '5 minutes',
    priority: 3,
    startedBy: 'importProbe',
  }),
  input: z.strictObject({ probe_id: z.string() }),
  result: z.strictObject({ done: z.boolean() }),
  progress: undefined,
  workflowId: (environmentId, { probe_id }) => `probe-import:${environmentId}:${probe_id}`,
  entityId: ({ probe_id }) => probe_id,
})
/** The call that starts it. */
export const importProbe: Operation = {
  operationId: 'importProbe',
  method: 'POST',
  path: '/probes/{id}/import',
  tag: 'Probes',
  summary: 'Import',
  schema: {
    params: z.strictObject({ id: z.string() }),
    body: z.strictObject({
      dry_run: z.boolean().optional(),
      amount: z.number(),
      mode: z.enum(['fast', 'safe']).nullish(),
      rows: z.array(z.object({ at: z.string() })).optional(),
      url: z.string().optional(),
    }),
    response: { 202: z.object({ workflow_id: z.string(), run_id: z.string() }) },
  },
}
