import {
  condition,
  defineSignal,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow'
import type { ProbeActivities, ProbeInput, ProbeResult } from './contract.ts'

/** A workflow for tests of the machinery around workflows: one local and one ordinary activity, and a signal. */
export async function ProbeWorkflow(input: ProbeInput): Promise<ProbeResult> {
  let pokes = 0
  setHandler(defineSignal('poke'), () => {
    pokes++
  })
  const local = await lookUp(input)
  const remote = await work(input)
  if (input.pokes !== undefined) await condition(() => pokes >= (input.pokes ?? 0))
  return { pokes, local, remote }
}

const { lookUp } = proxyLocalActivities<Pick<ProbeActivities, 'lookUp'>>({
  startToCloseTimeout: '10 seconds',
})

const { work } = proxyActivities<Pick<ProbeActivities, 'work'>>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: 100, backoffCoefficient: 1 },
})
