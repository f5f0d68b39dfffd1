import { z } from 'zod'
import type { Caller } from './caller-under-test.ts'

export interface HeardEvent {
  readonly id: string
  readonly name: string
  readonly state: z.output<typeof state>
}

const state = z.looseObject({
  workflow_id: z.string(),
  status: z.string(),
  progress: z.looseObject({ percent: z.number() }).optional(),
})

/** Opens a stream of a workflow's events as a browser does; what is answered once its head has come. */
export function openEvents(
  address: string,
  { apiKey }: Pick<Caller, 'apiKey'>,
  workflowId: string,
  { lastEventId, signal }: { readonly lastEventId?: string; readonly signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(`${address}/v1/workflows/${workflowId}/events`, {
    headers: { 'x-api-key': apiKey, ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }) },
    ...(signal === undefined ? {} : { signal }),
  })
}

/** The events of a stream to its end. */
export async function heardEvents(response: Response): Promise<HeardEvent[]> {
  const blocks = (await response.text()).split('\n\n')
  return blocks.flatMap((block) => {
    const [, id, name, data] = /^id: (.+)\nevent: (.+)\ndata: (.+)$/.exec(block) ?? []
    if (id === undefined || name === undefined || data === undefined) return []
    return [{ id, name, state: state.parse(JSON.parse(data)) }]
  })
}
