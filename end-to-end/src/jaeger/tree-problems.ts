import type { JaegerSpan, JaegerTrace } from './jaeger-query.ts'

const start = /^(?:SignalWith)?StartWorkflow:(.+)$/
const activity = /^RunActivity:/

/** The workflows that a trace starts, by their types. */
export function startedWorkflows({ spans }: JaegerTrace): string[] {
  return spans.flatMap(({ name }) => start.exec(name)?.[1] ?? [])
}

/**
 * What is missing in the tree of a request that starts workflows: one root, the request; below it each start, below
 * that, in a worker's process, the activities that the workflow has run, and below these their SQL. A workflow has no span of
 * its own, as its sandbox makes none: its start stands for it.
 */
export function treeProblems({ spans }: JaegerTrace): string[] {
  const byId = new Map(spans.map((span) => [span.id, span]))
  const named = ({ service, name }: JaegerSpan) => `${service} ${name}`
  const roots = spans.filter(({ parentId }) => parentId === undefined)
  const lost = spans.filter(({ parentId }) => parentId !== undefined && !byId.has(parentId))
  const starts = spans.filter(({ name }) => start.test(name))
  return [
    ...(roots.length === 1 ? [] : [`has ${roots.length} roots: ${roots.map(named).join(', ')}`]),
    ...roots
      .filter((root) => root.service !== 'gateway' || !/^[A-Z]+ \/v1\//.test(root.name))
      .map((root) => `begins with ${named(root)}, which is no request`),
    ...lost.map((span) => `${named(span)} has lost its parent`),
    ...(starts.length > 0 ? [] : ['starts no workflow']),
    ...starts.flatMap((started) =>
      belowStart(started, spans, byId).map((what) => `${named(started)} ${what}`),
    ),
  ]
}

function belowStart(
  started: JaegerSpan,
  spans: readonly JaegerSpan[],
  byId: ReadonlyMap<string, JaegerSpan>,
): string[] {
  const isBelow = (span: JaegerSpan, above: JaegerSpan): boolean => {
    let parent = span
    // No further than there are spans: a tree that bites its tail ends, too.
    for (let step = 0; step < spans.length && parent.parentId !== undefined; step++) {
      if (parent.parentId === above.id) return true
      const next = byId.get(parent.parentId)
      if (next === undefined) return false
      parent = next
    }
    return false
  }
  const parent = byId.get(started.parentId ?? '')
  const activities = spans.filter((span) => activity.test(span.name) && isBelow(span, started))
  const sql = spans.filter(({ isSql }) => isSql)
  return [
    ...(parent?.service === 'gateway' ? [] : ['is not below its request']),
    ...(activities.length > 0 ? [] : ['has no activity']),
    ...activities.flatMap((span) => [
      ...(span.service.startsWith('worker-') ? [] : [`has ${span.name} in ${span.service}`]),
      ...(sql.some((statement) => isBelow(statement, span)) ? [] : [`has ${span.name} without SQL`]),
    ]),
  ]
}
