import { defineContract, defineWorkflow } from '@flexprice/contracts/workflows'
import { z } from 'zod'

/** Not in the registry: for tests only. Its bundle is `probeBundle`. */
export const probe = defineContract({
  definition: defineWorkflow({
    name: 'probe',
    type: 'ProbeWorkflow',
    summary: 'Tries the machinery around workflows',
    entityType: 'probe',
    whenRunning: { policy: 'signal', signal: 'poke' },
    executionTimeout: '5 minutes',
    priority: 3,
    startedBy: 'platform',
  }),
  input: z.strictObject({ key: z.string().min(1), pokes: z.int().optional() }),
  result: z.strictObject({ pokes: z.int(), local: z.unknown(), remote: z.unknown() }),
  progress: undefined,
  workflowId: (environmentId, { key }) => `probe:${environmentId}:${key}`,
  entityId: ({ key }) => key,
})

export type ProbeInput = z.output<(typeof probe)['input']>
export type ProbeResult = z.output<(typeof probe)['result']>

export interface ProbeActivities {
  lookUp(input: ProbeInput): Promise<unknown>
  work(input: ProbeInput): Promise<unknown>
}

export const probeBundle = {
  workflows: import.meta.resolve('./workflow.ts'),
  interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
}

/** The later version of the same workflow. */
export const changedProbeBundle = { ...probeBundle, workflows: import.meta.resolve('./changed-workflow.ts') }
