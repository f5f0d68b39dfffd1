import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow'
import type { ProbeActivities, ProbeInput, ProbeResult } from './contract.ts'

/** The probe's workflow in a later version, which no history of the earlier one replays on: it looks nothing up. */
export async function ProbeWorkflow(input: ProbeInput): Promise<ProbeResult> {
  let pokes = 0
  setHandler(defineSignal('poke'), () => {
    pokes++
  })
  const remote = await work(input)
  if (input.pokes !== undefined) await condition(() => pokes >= (input.pokes ?? 0))
  return { pokes, local: 'changed', remote }
}

const { work } = proxyActivities<Pick<ProbeActivities, 'work'>>({ startToCloseTimeout: '1 minute' })
