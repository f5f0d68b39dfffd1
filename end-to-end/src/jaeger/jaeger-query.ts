import { z } from 'zod'

/** A span as Jaeger's query API tells it. */
export interface JaegerSpan {
  readonly id: string
  readonly parentId: string | undefined
  readonly service: string
  readonly name: string
  readonly isSql: boolean
  readonly failed: boolean
}

export interface JaegerTrace {
  readonly id: string
  readonly spans: readonly JaegerSpan[]
}

const traceSchema = z.object({
  traceID: z.string(),
  spans: z.array(
    z.object({
      spanID: z.string(),
      operationName: z.string(),
      processID: z.string(),
      references: z.array(z.object({ refType: z.string(), spanID: z.string() })).default([]),
      tags: z.array(z.object({ key: z.string(), value: z.unknown() })).default([]),
    }),
  ),
  processes: z.record(z.string(), z.object({ serviceName: z.string() })),
})
const answerSchema = z.object({ data: z.array(traceSchema).nullable() })
const answerTimeoutMs = 10_000

/** One trace, as far as it has arrived; undefined before its first span. */
export async function readTrace(queryUrl: string, traceId: string): Promise<JaegerTrace | undefined> {
  return (await ask(queryUrl, `/api/traces/${traceId}`))[0]
}

/** The newest traces that a service has a part in. */
export function findTraces(queryUrl: string, service: string, limit: number): Promise<JaegerTrace[]> {
  return ask(
    queryUrl,
    `/api/traces?${new URLSearchParams({ service, limit: String(limit), lookback: '24h' })}`,
  )
}

async function ask(queryUrl: string, path: string): Promise<JaegerTrace[]> {
  const answer = await fetch(new URL(path, queryUrl), { signal: AbortSignal.timeout(answerTimeoutMs) })
  if (answer.status === 404) return []
  if (!answer.ok) throw new Error(`Jaeger answers ${answer.status}: ${await answer.text()}`)
  return (answerSchema.parse(await answer.json()).data ?? []).map(({ traceID, spans, processes }) => ({
    id: traceID,
    spans: spans.map(({ spanID, operationName, processID, references, tags }) => ({
      id: spanID,
      parentId: references.find(({ refType }) => refType === 'CHILD_OF')?.spanID,
      service: processes[processID]?.serviceName ?? '',
      name: operationName,
      isSql: tags.some(({ key }) => key === 'db.query.text'),
      failed: tags.some(({ key, value }) => key === 'error' && value === true),
    })),
  }))
}
